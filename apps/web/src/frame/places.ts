import { IconApi, IconChartDots3, IconArrowsLeftRight, IconClock, IconCpu, IconListDetails, IconPencil, IconPlugConnected, IconPlus, type Icon } from '@tabler/icons-react';

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
    { path: '/studies', title: 'Studies', icon: IconChartDots3 },
    { path: '/schedules', title: 'Schedules', icon: IconClock },
    { path: '/compare', title: 'Compare', icon: IconArrowsLeftRight },
    { path: '/draw', title: 'Draw a digit', icon: IconPencil },
  ],
  [
    { path: '/plugins', title: 'Plugins', icon: IconPlugConnected },
    { path: '/workers', title: 'Workers', icon: IconCpu },
    { path: '/api', title: 'API', icon: IconApi },
  ],
];
