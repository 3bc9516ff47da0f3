import { graphql } from '@entropic-lab/client';

export const TagCounts = graphql(`query TagCounts { tags { tag runs } }`);
