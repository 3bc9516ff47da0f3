import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Context } from '../context.ts';
import { observed } from '../observe/observe-operation.ts';
import { requireRight } from './caller.ts';

/** Asks for the right before any operation, on its resolver or on the stream that it opens, and observes it. */
export function guardSchema(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const operation = `${type!.name}.${field.name}`;
      if (field.subscribe !== undefined) field.subscribe = guarded(operation, field.subscribe);
      else if (field.resolve !== undefined) field.resolve = guarded(operation, field.resolve);
    }
  }
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, Context>;

function guarded(operation: string, resolve: Resolver): Resolver {
  return (source, args, context, info) =>
    observed(operation, context, () => {
      requireRight(context.caller, operation);
      return resolve(source, args, context, info) as unknown;
    });
}
