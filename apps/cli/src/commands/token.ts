import { LabError, type Role } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect } from '../lab/connect.ts';
import { table } from '../terminal/table.ts';
import { atLeast, urlFlag } from './flags.ts';

interface Where {
  readonly url: string;
  readonly folder?: string;
  readonly databaseUrl?: string;
}

interface TokenLine {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

/** Through the API of a lab that runs, or in the data of one that does not. */
export function addToken(program: Command): void {
  const tokens = program.command('token').description('make, list and revoke the tokens that let people and workers in');
  const command = (name: string, description: string) =>
    tokens
      .command(name)
      .description(description)
      .option(...urlFlag)
      .option('--folder <path>', 'instead of asking a lab: the data folder of one that does not run')
      .option('--database-url <url>', 'likewise: its PostgreSQL');

  command('create', 'make a token; its secret is shown this once')
    .requiredOption('--role <role>', 'viewer, operator, worker or admin')
    .option('--name <name>', 'for people; default: the role')
    .option('--days <n>', 'it ends by itself after so many days; default: never', atLeast(0))
    .action(async (flags: Where & { role: Role; name?: string; days?: number }) => {
      const expiresAt = flags.days === undefined ? undefined : new Date(Date.now() + flags.days * 86_400_000);
      const created = offline(flags)
        ? run<{ token: TokenLine; secret: string }>(flags, ['create', '--role', flags.role, '--name', flags.name ?? flags.role, ...(flags.days === undefined ? [] : ['--days', String(flags.days)])])
        : await online(flags, (client) => client.tokens.create({ name: flags.name ?? flags.role, role: flags.role, ...(expiresAt === undefined ? {} : { expiresAt }) }));
      console.error(`Token ${created.token.id} (${created.token.role}). Keep what follows, it is not shown again; programs read it from ENTROPIC_TOKEN.`);
      console.log(created.secret);
    });

  command('list', 'all tokens, without their secrets').action(async (flags: Where) => {
    const rows = offline(flags) ? run<TokenLine[]>(flags, ['list']) : await online(flags, (client) => client.tokens.list());
    const left = { align: 'left' } as const;
    const titles = ['id', 'role', 'name', 'made', 'ends', 'revoked', 'last seen'].map((title) => ({ title, ...left }));
    console.log(table(titles, rows.map((row) => [row.id, row.role, row.name, row.createdAt, row.expiresAt ?? '-', row.revokedAt ?? '-', row.lastUsedAt ?? '-'])));
  });

  command('revoke', 'end a token and everything that is open with it')
    .argument('<id>', 'id of the token')
    .action(async (id: string, flags: Where) => {
      const token = offline(flags) ? run<TokenLine>(flags, ['revoke', id]) : await online(flags, (client) => client.tokens.revoke(id));
      console.log(`revoked ${token.id} (${token.role} ${token.name})`);
    });
}

function offline({ folder, databaseUrl }: Where): boolean {
  return folder !== undefined || databaseUrl !== undefined;
}

async function online<T>({ url }: Where, ask: (client: ReturnType<typeof connect>) => Promise<T>): Promise<T> {
  await using client = connect(url);
  return await ask(client);
}

/** The server's own program for tokens: the database is the server's. @throws LabError with what it said. */
function run<T>({ folder, databaseUrl }: Where, args: readonly string[]): T {
  const entry = createRequire(import.meta.url).resolve('@entropic-lab/server/tokens');
  const where = [...(folder === undefined ? [] : ['--folder', folder]), ...(databaseUrl === undefined ? [] : ['--databaseUrl', databaseUrl])];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), entry, ...args, ...where], { encoding: 'utf8' });
  if (status !== 0) throw new LabError('INVALID_INPUT', stderr.trim());
  return JSON.parse(stdout) as T;
}
