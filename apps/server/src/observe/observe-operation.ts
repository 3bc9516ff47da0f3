import { SpanStatusCode, trace } from '@opentelemetry/api';
import { LabError } from '@entropic-lab/protocol';
import { GraphQLError } from 'graphql';
import type { Context } from '../context.ts';

const tracer = trace.getTracer('entropic-lab');

/** Runs an operation within a span, counts it, and tells the log of it. Arguments are not told: they may hold secrets. */
export function observed<T>(operation: string, { meters, log, caller }: Context, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  return tracer.startActiveSpan(operation, { attributes: { 'graphql.field': operation, ...(caller.tokenId === undefined ? {} : { 'enduser.id': caller.tokenId }) } }, async (span) => {
    let code = 'OK';
    try {
      return await work();
    } catch (thrown) {
      code = thrown instanceof LabError ? thrown.code : thrown instanceof GraphQLError ? 'INVALID_INPUT' : 'INTERNAL';
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      throw thrown;
    } finally {
      const seconds = (performance.now() - start) / 1000;
      span.end();
      meters.operation(operation, code, seconds);
      log.debug({ operation, code, seconds, token: caller.tokenId }, 'operation');
    }
  });
}
