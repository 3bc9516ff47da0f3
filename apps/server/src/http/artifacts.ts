import { LabError } from '@entropic-lab/protocol';
import type { Store, StoredArtifact } from '@entropic-lab/store';
import { Router, type Request, type Response } from 'express';
import { pipeline } from 'node:stream/promises';
import { requireRight, type Caller } from '../access/caller.ts';

/**
 * GET and HEAD /artifacts/:sha256 give bytes out, with ranges; PUT takes them in, streamed and checked against the hash
 * in the path and Content-Length. Content never changes under its name, so it may be cached for good.
 */
export function artifactRoutes(store: Store, callerOf: (request: Request) => Caller): Router {
  const routes = Router();
  routes.get('/artifacts/:sha256', async (request, response) => {
    requireRight(callerOf(request as Request), 'GET /artifacts');
    const found = await store.findArtifact(request.params.sha256);
    const headers = { 'Content-Type': 'application/octet-stream', 'X-Content-Type-Options': 'nosniff', ETag: `"${found.sha256}"` };
    if (found.path === undefined) await sendFromAfar(store, found, { request: request as Request, response: response.set(headers) });
    else response.sendFile(found.path, { headers, immutable: true, maxAge: '1y', dotfiles: 'allow', lastModified: false });
  });
  routes.put('/artifacts/:sha256', async (request, response) => {
    requireRight(callerOf(request as Request), 'PUT /artifacts');
    const { sha256, bytes } = await store.putArtifact(announced(request), request);
    response.status(201).json({ sha256, bytes });
  });
  return routes;
}

/** What lies in other storage passes through, with the ranges and headers that `sendFile` has. */
async function sendFromAfar(store: Store, { sha256, bytes }: StoredArtifact, { request, response }: { readonly request: Request; readonly response: Response }): Promise<void> {
  response.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'public, max-age=31536000, immutable' });
  if (request.fresh) return void response.status(304).end();
  const ranges = request.range(bytes);
  if (ranges === -1) return void response.status(416).set('Content-Range', `bytes */${bytes}`).end();
  // Several ranges at once are answered with the whole, which RFC 9110 allows.
  const range = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? { first: ranges[0]!.start, last: ranges[0]!.end } : undefined;
  if (range !== undefined) response.status(206).set('Content-Range', `bytes ${range.first}-${range.last}/${bytes}`);
  response.set('Content-Length', String(range === undefined ? bytes : range.last - range.first + 1));
  if (request.method === 'HEAD') return void response.end();
  // Once headers are sent, an end before its time is all that can be told; a client that left is no error.
  await pipeline(await store.readArtifact(sha256, range), response).catch((thrown: unknown) => response.destroy(thrown as Error));
}

function announced(request: Request<{ sha256: string }>) {
  if (request.headers['content-encoding'] !== undefined) {
    throw new LabError('INVALID_INPUT', `[artifacts] expected the bytes themselves, got Content-Encoding: ${request.headers['content-encoding']}. Send them unencoded.`);
  }
  const length = request.headers['content-length'];
  return { sha256: request.params.sha256, ...(length === undefined ? {} : { bytes: Number(length) }) };
}
