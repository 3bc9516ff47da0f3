import { createClient, type Client } from '@entropic-lab/client';

/** The lab at that address, with the token of ENTROPIC_TOKEN where it is set. */
export function connect(url: string): Client {
  const token = process.env['ENTROPIC_TOKEN'];
  return createClient({ url, ...(token === undefined || token === '' ? {} : { token }) });
}
