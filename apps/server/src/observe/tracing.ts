import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { version } from '../version.ts';

/**
 * Sends spans to an OpenTelemetry collector where OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) names one; the
 * other OTEL_ variables hold as usual. Without it nothing is collected.
 */
export function startTracing(environment: NodeJS.ProcessEnv): AsyncDisposable {
  const endpoint = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const ours = resourceFromAttributes({ 'service.name': 'entropic-lab', 'service.version': version });
  const resource = defaultResource().merge(ours).merge(detectResources({ detectors: [envDetector] }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
  provider.register();
  return { [Symbol.asyncDispose]: () => provider.shutdown() };
}
