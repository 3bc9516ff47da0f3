import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/**
 * Sends spans to an OpenTelemetry collector where OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) names one; the
 * other OTEL_ variables hold as usual. Without it nothing is collected.
 */
export function startTracing(environment: NodeJS.ProcessEnv): AsyncDisposable {
  const endpoint = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return { [Symbol.asyncDispose]: () => Promise.resolve() };
  environment['OTEL_SERVICE_NAME'] ??= 'entropic-lab';
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
  provider.register();
  return { [Symbol.asyncDispose]: () => provider.shutdown() };
}
