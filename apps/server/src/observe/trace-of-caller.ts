import { context, propagation } from '@opentelemetry/api';
import type { RequestHandler } from 'express';

/**
 * What a request does belongs to the trace of whoever sent it, where its `traceparent` tells one (W3C Trace Context). Comes
 * behind what reads the body, for there the context would be lost.
 */
export const withinTraceOfCaller: RequestHandler = (request, _response, next) => {
  context.with(propagation.extract(context.active(), request.headers), next);
};
