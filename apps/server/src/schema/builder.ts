import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { Context } from '../context.ts';

/** What the parts of a Relay connection are called in the schema. */
const descriptions = {
  pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
  hasNextPageFieldOptions: { description: 'More follow.' },
  hasPreviousPageFieldOptions: { description: 'More come before.' },
  startCursorFieldOptions: { description: 'Cursor of the first entry; null for an empty page.' },
  endCursorFieldOptions: { description: 'Cursor of the last entry; null for an empty page.' },
  edgesFieldOptions: { description: 'The entries, in order.' },
  pageInfoFieldOptions: { description: 'Where the page lies in the list.' },
  cursorFieldOptions: { description: 'The place of the entry, for `after` and `before`.' },
  nodeFieldOptions: { description: 'The entry.' },
  firstArgOptions: { description: 'At most so many from the start, 1 to 500. Default 50.' },
  lastArgOptions: { description: 'At most so many from the end, 1 to 500.' },
  afterArgOptions: { description: 'Only behind this cursor.' },
  beforeArgOptions: { description: 'Only ahead of this cursor.' },
};

/** Every type of the API is made with this. Output fields are non-null unless they say so. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    JSON: { Input: unknown; Output: unknown };
    DateTime: { Input: Date; Output: Date };
    SafeInt: { Input: number; Output: number };
  };
  Connection: { total: () => Promise<number> };
}>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: { clientMutationId: 'omit', cursorType: 'String', ...descriptions },
});

builder.queryType({ description: 'What the lab knows.' });
builder.mutationType({ description: 'What people ask of the lab, and what workers report to it.' });
builder.subscriptionType({ description: 'What happens, as it happens.' });
