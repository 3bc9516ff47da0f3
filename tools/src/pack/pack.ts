import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { published, type Manifest } from './published.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What a plugin author installs: the SDK and what it stands on. */
const sdk = ['libs/protocol', 'libs/tensor', 'libs/models', 'libs/datasets', 'libs/entropy', 'libs/plugin-sdk', 'tools/create-plugin'];

/** What a program that talks to a lab installs, beside the protocol. */
const client = 'libs/client';

/** Folders of what is packed: the SDK, the client, and the plugins that are named, of which others may be made. `all` names each. */
function chosen(names: readonly string[]): string[] {
  const plugins = readdirSync(join(root, 'plugins'));
  const unknown = names.find((name) => name !== 'all' && !plugins.includes(name));
  if (unknown !== undefined) throw new Error(`expected all, or plugins of ${plugins.join(', ')}, got ${unknown}`);
  return [...sdk, client, ...plugins.filter((name) => names.includes('all') || names.includes(name)).map((name) => join('plugins', name))];
}

/**
 * Makes npm packages of the workspace, as they are published: JavaScript and types instead of source, versions instead
 * of workspace links. `npm run pack -- <folder> [<plugin>...|all]` writes a .tgz for each into the folder.
 */
function pack(target: string, packages: readonly string[]): void {
  mkdirSync(target, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'entropic-pack-'));
  try {
    const compiled = compile(scratch, packages);
    for (const folder of packages) {
      const staged = stage(folder, { compiled, scratch });
      console.log(`packing ${folder}`);
      execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', target, staged], { stdio: ['ignore', 'ignore', 'inherit'] });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Compiles all of them in one program, since each sees the others as source. Returns the folder with the result. */
function compile(scratch: string, packages: readonly string[]): string {
  const out = join(scratch, 'compiled');
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { noEmit: false, declaration: true, rewriteRelativeImportExtensions: true, rootDir: root, outDir: out, typeRoots: [join(root, 'node_modules', '@types')] },
    include: packages.filter(isCompiled).map((folder) => join(root, folder, 'src', '**', '*.ts')),
    exclude: [join(root, '**', '*.test.ts'), ...packages.filter((folder) => !offersTesting(folder)).map((folder) => join(root, folder, 'src', 'testing'))],
  };
  const file = join(scratch, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  console.log('compiling');
  execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', file], { stdio: 'inherit' });
  return out;
}

function stage(folder: string, { compiled, scratch }: { compiled: string; scratch: string }): string {
  const source = join(root, folder);
  const staged = join(scratch, 'staged', folder);
  mkdirSync(staged, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  if (isCompiled(folder)) {
    cpSync(join(compiled, folder, 'src'), join(staged, 'dist'), { recursive: true });
    // What a thread runs is JavaScript already, and what is generated may be types alone.
    for (const plain of readdirSync(join(source, 'src'))) if (/\.(mjs|d\.m?ts)$/.test(plain)) cpSync(join(source, 'src', plain), join(staged, 'dist', plain));
    for (const extra of ['README.md', 'fixtures']) if (existsSync(join(source, extra))) cpSync(join(source, extra), join(staged, extra), { recursive: true });
  } else {
    for (const entry of readdirSync(source)) if (entry !== 'node_modules') cpSync(join(source, entry), join(staged, entry), { recursive: true });
  }
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(isCompiled(folder) ? published(manifest) : manifest, null, 2)}\n`);
  return staged;
}

/** Whether what a package's tests stand on is for others too. */
function offersTesting(folder: string): boolean {
  const { exports = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  return './testing' in exports;
}

function isCompiled(folder: string): boolean {
  return existsSync(join(root, folder, 'src'));
}

const [target = join('dist', 'packages'), ...names] = process.argv.slice(2);
pack(resolve(target), chosen(names));
