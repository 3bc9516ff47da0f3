import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kinds of plugin there is a template for. */
export const kinds = ['attack', 'loss'];

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The files of a new plugin package, by path. `place` says where it will live: `outside`, a package of its own that
 * installs the SDK, or `workspace`, a folder of this repository.
 * @param {{ kind: string, name: string, place: 'outside' | 'workspace', sdkVersion: string }} plugin
 * @returns {Record<string, string>}
 * @throws Error for a kind or name that cannot be.
 */
export function scaffold({ kind, name, place, sdkVersion }) {
  if (!kinds.includes(kind)) throw new Error(`expected a kind of plugin (${kinds.join(', ')}), got ${JSON.stringify(kind)}`);
  if (!namePattern.test(name)) throw new Error(`expected lower-case words joined by hyphens as name, got ${JSON.stringify(name)}`);
  const places = {
    outside: { extension: 'js', testCommand: 'npm test' },
    workspace: { extension: 'ts', testCommand: `npx vitest run --project unit plugins/${kind}-${name}` },
  };
  const words = { name, title: titleOf(name), identifier: identifierOf(name), kind, sdkVersion, ...places[place] };
  const sources = ['common', kind].flatMap((folder) => templates(folder)).concat(templates(place));
  return Object.fromEntries(sources.map(([path, text]) => [fill(path, words), fill(text, words)]));
}

/** @returns {[string, string][]} path and text of each file of a template folder; `.template` is cut from names. */
function templates(folder) {
  const base = join(import.meta.dirname, 'templates', folder);
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      return [path.slice(base.length + 1).replace(/\.template$/, ''), readFileSync(path, 'utf8')];
    });
}

/** @param {string} text @param {Record<string, string>} words */
function fill(text, words) {
  return text.replaceAll(/__(\w+?)__/g, (whole, word) => words[word] ?? whole);
}

/** @param {string} name */
function titleOf(name) {
  const text = name.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} name */
function identifierOf(name) {
  return name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
