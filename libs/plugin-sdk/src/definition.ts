import type { Citation } from '@entropic-lab/protocol';
import type { z } from 'zod';

/** What every plugin says of itself. */
export interface PluginDefinition<O extends z.ZodObject> {
  /** Version of the contract it was made for. Stamped by `defineAttack` and `defineLoss`. */
  readonly contract?: number;
  /** As typed in a run spec: lower-case words joined by hyphens. */
  readonly name: string;
  /** Semantic version. Stored with every result. */
  readonly version: string;
  readonly title: string;
  readonly summary: string;
  readonly citation?: Citation;
  /**
   * Options as a zod object; every field has a default (the paper's) and `.meta({ title, description, unit })`,
   * from which the API, the CLI and the Studio draw their forms.
   */
  readonly options: O;
  /** Option sets named after whose defaults they are: `{ foolbox: { steps: 40 } }`. */
  readonly presets?: Readonly<Record<string, Partial<z.input<O>>>>;
}
