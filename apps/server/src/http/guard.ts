import { LabError } from '@entropic-lab/protocol';
import type { IncomingHttpHeaders } from 'node:http';

export interface GuardOptions {
  /** Address the server is bound to. */
  readonly host: string;
  /** Further host names by which it may be called. */
  readonly allowedHosts: readonly string[];
  /** Further origins whose pages may call it: `http://localhost:5173`. */
  readonly allowedOrigins: readonly string[];
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Refuses calls that a web page elsewhere makes a browser send. A page's own requests tell its Origin; and a name that
 * somebody let point to this machine (DNS rebinding) shows in Host. Programs send no Origin and the right Host.
 * @returns A check that throws LabError FORBIDDEN.
 */
export function guard({ host, allowedHosts, allowedOrigins }: GuardOptions): (headers: IncomingHttpHeaders) => void {
  const knownName = (name: string) => isLoopback(name) || name === host || allowedHosts.includes(name);
  // Who opened the lab to a network without naming its hosts cannot expect them to be checked.
  const anyHost = !isLoopback(host) && allowedHosts.length === 0;
  return ({ host: called = '', origin }) => {
    if (!anyHost && !knownName(hostname(called))) {
      throw refused('a call by a host name of this server', `Host: ${called}`, 'Call it as localhost, or allow that name (allowedHosts).');
    }
    if (origin !== undefined && originHost(origin) !== called && !allowedOrigins.includes(origin)) {
      throw refused('a call by a page of this server', `Origin: ${origin}`, 'Allow that origin (allowedOrigins) if the page is yours.');
    }
  };
}

function hostname(host: string): string {
  return /^(\[[^\]]*\]|[^:]*)/.exec(host)![0].toLowerCase();
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host || undefined : undefined;
}

function refused(expected: string, got: string, remedy: string): LabError {
  return new LabError('FORBIDDEN', `[server] expected ${expected}, got ${got}. ${remedy}`);
}
