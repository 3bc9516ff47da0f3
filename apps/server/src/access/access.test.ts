import type { Role } from '@entropic-lab/protocol';
import { buildSchema, GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, isCompositeType, getNamedType, type GraphQLField, type GraphQLInputType } from 'graphql';
import { createClient } from 'graphql-ws';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { firstAnswer, goodSpec, openLab, post, startRun, type Lab } from '../testing/lab.ts';
import { needed } from './rights.ts';

const roles: readonly Role[] = ['viewer', 'operator', 'worker', 'admin'];

/** Who may do what, as it is promised: v(iewer), o(perator), w(orker), a(dmin). */
const promised: Readonly<Record<string, string>> = {
  'Query.architectures': 'vo-a', 'Query.boards': 'vo-a', 'Query.compareRuns': 'vo-a', 'Query.datasets': 'vo-a', 'Query.examples': 'vo-a', 'Query.lab': 'vowa',
  'Query.leaderboard': 'vo-a', 'Query.metricNames': 'vo-a', 'Query.pairedTest': 'vo-a', 'Query.plugins': 'vo-a', 'Query.run': 'vowa', 'Query.runs': 'vo-a', 'Query.series': 'vo-a', 'Query.schedules': 'vo-a',
  'Query.studies': 'vo-a', 'Query.study': 'vo-a', 'Query.tags': 'vo-a', 'Query.tokens': '---a', 'Query.workers': 'vo-a',
  'Mutation.archiveRuns': '-o-a', 'Mutation.cancelRun': '-o-a', 'Mutation.cancelStudy': '-o-a', 'Mutation.claimRun': '--wa', 'Mutation.createToken': '---a', 'Mutation.createSchedule': '-o-a', 'Mutation.removeSchedule': '-o-a',
  'Mutation.deleteRuns': '-o-a', 'Mutation.finishRun': '--wa', 'Mutation.leaveLab': '--wa', 'Mutation.planStudy': '-o-a', 'Mutation.registerWorker': '--wa', 'Mutation.renewLease': '--wa', 'Mutation.reportEvents': '--wa', 'Mutation.reportLoad': '--wa',
  'Mutation.retryRun': '-o-a', 'Mutation.revokeToken': '---a', 'Mutation.setRunNotes': '-o-a', 'Mutation.startRun': '-o-a', 'Mutation.sweep': '-o-a', 'Mutation.tagRuns': '-o-a',
  'Subscription.leaseState': '--wa', 'Subscription.runEvents': 'vo-a', 'Subscription.runsChanged': 'vo-a', 'Subscription.workersChanged': 'vo-a',
  'GET /artifacts': 'vowa', 'PUT /artifacts': '--wa', 'GET /export': 'vo-a', 'GET /metrics': 'vo-a',
};

// An independent reading of the schema: the file that clients are generated from.
const schema = buildSchema(readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8'));
const fields = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap((type) => Object.values(type.getFields()).map((field) => ({ operation: `${type.name}.${field.name}`, field, kind: type.name.toLowerCase() })));

/** A literal that the type takes, with nothing that is not required. */
function literal(type: GraphQLInputType): string {
  if (type instanceof GraphQLNonNull) return literal(type.ofType);
  if (type instanceof GraphQLList) return `[${literal(type.ofType)}]`;
  if (type instanceof GraphQLEnumType) return type.getValues()[0]!.name;
  if (type instanceof GraphQLInputObjectType) return `{${Object.values(type.getFields()).filter((field) => field.type instanceof GraphQLNonNull).map((field) => `${field.name}: ${literal(field.type)}`).join(', ')}}`;
  const scalars: Record<string, string> = { Int: '1', Float: '1', Boolean: 'true', JSON: '{}', DateTime: '"2030-01-02T03:04:05.678Z"', SafeInt: '1' };
  return scalars[type.name] ?? '"nobody"';
}

function queryOf({ field, kind }: { field: GraphQLField<unknown, unknown>; kind: string }): string {
  const given = field.args.filter(({ type }) => type instanceof GraphQLNonNull).map(({ name, type }) => `${name}: ${literal(type)}`);
  // Also those that would wait for something to happen answer at once: there is a run.
  if (field.name === 'runsChanged') given.push('after: "0"');
  return `${kind} { ${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`} ${isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''} }`;
}

let lab: Lab;
const secrets: Partial<Record<Role, string>> = {};
const content = randomBytes(64);
const artifact = `/artifacts/${createHash('sha256').update(content).digest('hex')}`;
beforeAll(async () => {
  lab = await openLab();
  await lab.ask(startRun, { input: goodSpec });
  for (const role of roles) secrets[role] = (await lab.server.store.createToken({ name: role, role })).secret;
  expect((await send('PUT', artifact, { token: secrets.admin }, content)).status).toBe(201);
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

const bearer = (secret: string | undefined): Record<string, string> => (secret === undefined ? {} : { authorization: `Bearer ${secret}` });
const asks = (query: string, secret: string | undefined) => post(lab.server.url, JSON.stringify({ query }), bearer(secret));
const connect = (connectionParams: Record<string, unknown>) => createClient({ url: `${lab.server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams });

async function send(method: string, path: string, { token, header }: { token?: string | undefined; header?: string | undefined }, body?: Buffer) {
  return fetch(`${lab.server.url}${path}${token === undefined ? '' : `${path.includes('?') ? '&' : '?'}token=${token}`}`, { method, headers: bearer(header), ...(body === undefined ? {} : { body: new Uint8Array(body) }) });
}

describe('who may do what', () => {
  it('is said for every operation', () => {
    expect(Object.keys(promised).filter((operation) => !operation.includes('/')).sort()).toEqual(fields.map(({ operation }) => operation).sort());
    expect(Object.keys(needed).sort()).toEqual(Object.keys(promised).sort());
  });

  it.each(roles)('%s: by every operation over HTTP and WebSocket', async (role) => {
    const column = roles.indexOf(role);
    const client = connect({ token: secrets[role] });
    const wrong: string[] = [];
    for (const { operation, field, kind } of fields) {
      const query = queryOf({ field, kind });
      const answers = [await firstAnswer(client, query, {}), ...(kind === 'subscription' ? [] : [await asks(query, secrets[role])])];
      const may = promised[operation]![column] !== '-';
      for (const { errors } of answers) {
        const code = errors?.[0]?.extensions?.['code'] as string | undefined;
        if ((code === 'FORBIDDEN') === may || code === 'UNAUTHENTICATED' || code === 'INTERNAL') wrong.push(`${operation}: ${may ? 'may' : 'may not'}, got ${code}`);
      }
    }
    await client.dispose();
    expect(wrong).toEqual([]);
  });

  it.each(roles)('%s: by every address', async (role) => {
    const column = roles.indexOf(role);
    const paths: Record<string, [string, string, Buffer?]> = { 'GET /artifacts': ['GET', artifact], 'PUT /artifacts': ['PUT', artifact, content], 'GET /export': ['GET', '/export/runs.csv'], 'GET /metrics': ['GET', '/metrics'] };
    for (const [operation, [method, path, body]] of Object.entries(paths)) {
      const may = promised[operation]![column] !== '-';
      expect([operation, (await send(method, path, { token: secrets[role] }, body)).status]).toEqual([operation, may ? (method === 'PUT' ? 201 : 200) : 403]);
      expect([operation, (await send(method, path, { header: secrets[role] }, body)).status]).toEqual([operation, may ? (method === 'PUT' ? 201 : 200) : 403]);
    }
  });

  it('nobody, without a token or with one that is none', async () => {
    const forged = secrets.admin!.slice(0, -4) + 'AAAA';
    for (const secret of [undefined, '', 'x', forged, secrets.admin!.replace('entropic_', '')]) {
      const answer = await asks('{ lab { version } }', secret);
      expect([answer.status, answer.errors?.[0]?.extensions.code], secret).toEqual([401, 'UNAUTHENTICATED']);
      for (const path of [artifact, '/export/runs.csv', '/metrics']) expect((await send('GET', path, { token: secret })).status, path).toBe(401);
      const client = connect(secret === undefined ? {} : { token: secret });
      await expect(firstAnswer(client, '{ lab { version } }', {})).rejects.toMatchObject({ code: 4403 });
      await client.dispose();
    }
    for (const path of ['/healthz', '/readyz']) expect((await send('GET', path, {})).status).toBe(200);
  });

  it('keeps no secret: neither in the database nor in what the API tells', async () => {
    const { data } = await asks('{ tokens { id name role createdAt expiresAt revokedAt lastUsedAt } }', secrets.admin);
    expect(JSON.stringify(data)).toContain('viewer');
    const kept = JSON.stringify([data, await lab.server.store.listTokens()]);
    for (const secret of Object.values(secrets)) expect(kept).not.toContain(secret.slice(-43));
  });
});

describe('the end of a token', () => {
  const create = 'mutation ($expiresAt: DateTime) { createToken(name: "short", role: admin, expiresAt: $expiresAt) { secret token { id } } }';
  async function newToken(expiresAt?: string): Promise<{ secret: string; id: string }> {
    const { data } = await post(lab.server.url, JSON.stringify({ query: create, variables: { expiresAt } }), bearer(secrets.admin));
    const { secret, token } = (data as unknown as { createToken: { secret: string; token: { id: string } } }).createToken;
    return { secret, id: token.id };
  }
  const workers = { query: 'subscription { workersChanged { id } }' };

  it('by revocation ends what is open and lets nothing begin', async () => {
    const { secret, id } = await newToken();
    // The run of this lab is claimed by the first of these; the second waits.
    await asks(`mutation { claimRun(workerId: "${lab.workerId}", waitSeconds: 60) { nextSeq } }`, secret);
    const client = connect({ authorization: `Bearer ${secret}` });
    const stream = client.iterate(workers);
    expect((await stream.next()).value).toHaveProperty('data.workersChanged');
    const rest = stream.next().catch((closed: unknown) => closed);
    const longer = asks(`mutation { claimRun(workerId: "${lab.workerId}", waitSeconds: 60) { nextSeq } }`, secret);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await asks(`mutation { revokeToken(tokenId: "${id}") { revokedAt } }`, secrets.admin);
    expect(await rest).toMatchObject({ code: 4403 });
    expect((await longer).data).toEqual({ claimRun: null });
    expect((await asks('{ lab { version } }', secret)).status).toBe(401);
    await client.dispose();
  });

  it('by time does too', async () => {
    const { secret } = await newToken(new Date(Date.now() + 1500).toISOString());
    const client = connect({ token: secret });
    const stream = client.iterate(workers);
    expect((await stream.next()).value).toHaveProperty('data.workersChanged');
    await expect(stream.next()).rejects.toMatchObject({ code: 4403 });
    expect((await asks('{ lab { version } }', secret)).status).toBe(401);
    await client.dispose();
  }, 30_000);

  it('and the first one ends what was open without', async () => {
    await using fresh = await openLab();
    const client = fresh.live();
    const stream = client.iterate(workers);
    expect((await stream.next()).value).toHaveProperty('data.workersChanged');
    const rest = stream.next().catch((closed: unknown) => closed);
    const { data } = await fresh.ask('mutation { createToken(name: "first", role: admin) { secret } }');
    const { secret } = (data as unknown as { createToken: { secret: string } }).createToken;
    expect(await rest).toMatchObject({ code: 4403 });
    expect((await fresh.ask('{ lab { version } }')).status).toBe(401);
    expect((await post(fresh.server.url, '{"query":"{ lab { version } }"}', bearer(secret))).status).toBe(200);
    await client.dispose();
  }, 60_000);
});
