import { IconListDetails, IconPlus, type Icon } from '@tabler/icons-react';

export interface Place {
  readonly path: string;
  readonly title: string;
  readonly icon: Icon;
  /** Other addresses that belong to it. */
  readonly also?: readonly string[];
}

/** The way around, in groups. */
export const places: readonly (readonly Place[])[] = [
  [
    { path: '/', title: 'Runs', icon: IconListDetails, also: ['/runs'] },
    { path: '/new', title: 'New run', icon: IconPlus },
  ],
];
