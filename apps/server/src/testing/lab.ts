import { exampleWorker, temporaryFolder } from '@entropic-lab/store/testing';
import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startServer, type RunningServer, type ServerOptions } from '../index.ts';

export interface Answer {
  readonly status: number;
  // What a query answers is the test's to know.
  readonly data: Record<string, never> | null | undefined;
  readonly errors: readonly { readonly message: string; readonly extensions: { readonly code: string; readonly path?: string } }[] | undefined;
}

/** A server on a free port with a folder of its own, and plain ways to talk to it. */
export interface Lab extends AsyncDisposable {
  readonly server: RunningServer;
  readonly workerId: string;
  ask(query: string, variables?: object): Promise<Answer>;
  /** A new WebSocket connection. */
  live(): Client;
}

export async function openLab(options: ServerOptions = {}): Promise<Lab> {
  const folder = await temporaryFolder();
  const server = await startServer({ folder: folder.path, port: 0, ...options });
  const ask = (query: string, variables: object = {}) => post(server.url, JSON.stringify({ query, variables }));
  const worker = exampleWorker({ slots: 100 });
  await ask('mutation ($input: WorkerInput!) { registerWorker(input: $input) }', { input: worker });
  const close = async () => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  return { server, workerId: worker.id, ask, live: () => connect(server.url), [Symbol.asyncDispose]: close };
}

export function connect(url: string): Client {
  return createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
}

export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

/** The first answer of a WebSocket operation. */
export async function firstAnswer(client: Client, query: string, variables: Record<string, unknown>): Promise<FormattedExecutionResult<Record<string, unknown>, unknown>> {
  return new Promise((resolve, reject) => {
    client.subscribe({ query, variables }, {
      next: (answer) => resolve(answer),
      error: (errors) => (Array.isArray(errors) ? resolve({ errors }) : reject(errors as Error)),
      complete: () => reject(new Error('completed without an answer')),
    });
  });
}

export const startRun = 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id status spec } }';
export const goodSpec = { dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 2 } };
