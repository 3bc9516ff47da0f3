import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema.generated.d.ts';

/**
 * A typed document: `graphql('query { ... }')` knows the types of its variables and its result. They come from
 * schema.graphql through `npm run generate -w libs/client`.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { JSON: unknown; DateTime: string; SafeInt: number };
}>();
