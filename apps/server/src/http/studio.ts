import express, { Router } from 'express';
import expressStaticGzip from 'express-static-gzip';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Everything the pages need comes from this server. WebAssembly is for models that run in the page. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The Studio's built files. Any address that is no file is a page: its address is read in the browser. Files under
 * `assets` have a hash in their name and are kept for good, and go out as the build compressed them (`.gz` beside the
 * file) to browsers that take that; the page itself is asked for each time.
 */
export function studioRoutes(folder: string): Router {
  const routes = Router();
  const page = join(folder, 'index.html');
  routes.use((_request, response, next) => {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'same-origin');
    next();
  });
  routes.use('/assets', expressStaticGzip(join(folder, 'assets'), { serveStatic: { immutable: true, maxAge: '1y', fallthrough: false } }));
  routes.use(express.static(folder, { index: false, maxAge: 0 }));
  routes.get('/{*page}', (request, response, next) => {
    if (request.accepts(['json', 'html']) !== 'html' || !existsSync(page)) return next();
    response.sendFile(page, { cacheControl: false, headers: { 'Cache-Control': 'no-cache' }, dotfiles: 'allow' });
  });
  return routes;
}
