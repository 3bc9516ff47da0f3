#!/usr/bin/env node
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { kinds, scaffold } from './scaffold.mjs';

const usage = `npm create entropic-plugin <name> [-- --kind ${kinds.join('|')}] [--sdk <version or tarball>]

Writes a working plugin package into the folder <name>: code, test, README, ready to publish.`;

/** The name is also the folder's; nothing that is there is overwritten. */
function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kind: { type: 'string', default: 'attack' }, sdk: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [name] = positionals;
  if (values.help === true || name === undefined) return void console.log(usage);
  const folder = resolve(name);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`expected a folder that is empty or not there, got ${folder}. Choose another name, or move it away.`);
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
  const files = scaffold({ kind: values.kind, name, place: 'outside', sdkVersion: values.sdk ?? `^${version}` });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  console.log(`${name} is in ${folder}. Next:\n\n  cd ${name}\n  npm install\n  npm test\n`);
}

try {
  main();
} catch (error) {
  console.error(`create-entropic-plugin: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
