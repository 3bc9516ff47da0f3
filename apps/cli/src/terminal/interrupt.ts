/**
 * A signal that is aborted by the first Ctrl-C (or SIGTERM). A second Ctrl-C ends the process at once.
 */
export function interruption(): AbortSignal & { readonly reason: unknown } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}
