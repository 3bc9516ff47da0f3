import { LabError } from '@entropic-lab/protocol';
import type { Store } from '@entropic-lab/store';
import { Router, type Request } from 'express';
import { requireRight, type Caller } from '../access/caller.ts';

/**
 * GET and HEAD /artifacts/:sha256 give bytes out, with ranges; PUT takes them in, streamed and checked against the hash
 * in the path and Content-Length. Content never changes under its name, so it may be cached for good.
 */
export function artifactRoutes(store: Store, callerOf: (request: Request) => Caller): Router {
  const routes = Router();
  routes.get('/artifacts/:sha256', async (request, response) => {
    requireRight(callerOf(request as Request), 'GET /artifacts');
    const { sha256, path } = await store.findArtifact(request.params.sha256);
    const headers = { 'Content-Type': 'application/octet-stream', 'X-Content-Type-Options': 'nosniff', ETag: `"${sha256}"` };
    response.sendFile(path, { headers, immutable: true, maxAge: '1y', dotfiles: 'allow', lastModified: false });
  });
  routes.put('/artifacts/:sha256', async (request, response) => {
    requireRight(callerOf(request as Request), 'PUT /artifacts');
    const { sha256, bytes } = await store.putArtifact(announced(request), request);
    response.status(201).json({ sha256, bytes });
  });
  return routes;
}

function announced(request: Request<{ sha256: string }>) {
  if (request.headers['content-encoding'] !== undefined) {
    throw new LabError('INVALID_INPUT', `[artifacts] expected the bytes themselves, got Content-Encoding: ${request.headers['content-encoding']}. Send them unencoded.`);
  }
  const length = request.headers['content-length'];
  return { sha256: request.params.sha256, ...(length === undefined ? {} : { bytes: Number(length) }) };
}
