import { LabError, Role } from '@entropic-lab/protocol';
import { openStore } from '@entropic-lab/store';
import { parseArgs } from 'node:util';

/**
 * Tokens of a lab that need not run: `create --role admin --name first`, `list`, `revoke <id>`, with --folder or
 * --databaseUrl as the server has them. The result is one line of JSON on stdout. This is how the first token of a lab
 * on a network is made, before which its server does not start.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { folder: { type: 'string' }, databaseUrl: { type: 'string' }, name: { type: 'string' }, role: { type: 'string' }, days: { type: 'string' } },
  });
  const [task, tokenId] = positionals;
  await using store = await openStore({ folder: values.folder ?? process.env['ENTROPIC_FOLDER'] ?? '.entropic', databaseUrl: values.databaseUrl ?? process.env['DATABASE_URL'] });
  if (task === 'list') return tell(await store.listTokens());
  if (task === 'revoke' && tokenId !== undefined) return tell(await store.revokeToken(tokenId));
  if (task !== 'create') throw new LabError('INVALID_INPUT', `[tokens] expected create, list or revoke <id>, got ${positionals.join(' ') || 'nothing'}.`);
  const role = Role.safeParse(values.role);
  if (!role.success) throw new LabError('INVALID_INPUT', `[tokens] expected one of ${Role.options.join(', ')}, got ${JSON.stringify(values.role)} (--role).`, { path: 'role' });
  const expiresAt = values.days === undefined ? undefined : new Date(Date.now() + Number(values.days) * 86_400_000);
  tell(await store.createToken({ name: values.name ?? role.data, role: role.data, expiresAt }));
}

function tell(value: unknown): void {
  console.log(JSON.stringify(value));
}

try {
  await main();
} catch (thrown) {
  const { code, message } = LabError.from(thrown);
  console.error(`${code}: ${message}`);
  process.exitCode = 1;
}
