// The rules are in layer-rules.ts; here they are applied to the real sources, and to planted mistakes.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { findCycles, findViolations, type Import, type ImportGraph } from './layer-rules.ts';

const root = dirname(import.meta.dirname);

function readGraph(): ImportGraph {
  const graph = new Map<string, readonly Import[]>();
  for (const folder of ['src-shared', 'src-main', 'src-renderer']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      // Tool configuration is not part of the program.
      if (!/\.tsx?$/.test(name) || /\.config\.ts$/.test(name)) continue;
      const path = join(root, folder, name);
      const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true);
      graph.set(
        projectPath(path),
        importedFiles.map(({ fileName }) => resolveImport(path, fileName)),
      );
    }
  }
  return graph;
}

function resolveImport(importer: string, specifier: string): Import {
  if (!specifier.startsWith('.')) return { specifier };
  const target = join(dirname(importer), specifier.replace(/\?.*$/, ''));
  const candidates = [target, `${target}.ts`, `${target}.tsx`, join(target, 'index.ts')];
  const file = candidates.find((path) => existsSync(path) && /\.\w+$/.test(path)) ?? target;
  return { specifier, file: projectPath(file) };
}

function projectPath(path: string): string {
  return relative(root, path).split(sep).join('/');
}

test('every import in the project follows the direction of the layers', () => {
  const graph = readGraph();
  expect(graph.size).toBeGreaterThan(0);
  expect(findViolations(graph)).toEqual([]);
});

describe('the check itself', () => {
  const graphOf = (edges: Record<string, readonly string[]>): ImportGraph =>
    new Map(
      Object.entries(edges).map(([file, targets]) => [
        file,
        targets.map((target) =>
          target.startsWith('src-') ? { specifier: target, file: target } : { specifier: target },
        ),
      ]),
    );

  test.each([
    ['the core importing electron', 'src-main/core/kit/log.ts', 'electron'],
    ['a headless file importing electron', 'src-main/headless/server.ts', 'electron'],
    ['the page importing main, even its types', 'src-renderer/api/client.ts', 'src-main/core/core.ts'],
    ['the page importing Node', 'src-renderer/api/client.ts', 'node:fs'],
    ['shared importing main', 'src-shared/limits.ts', 'src-main/core/kit/log.ts'],
    ['shared importing a package', 'src-shared/limits.ts', 'ws'],
    ['shared importing Node', 'src-shared/limits.ts', 'node:path'],
    ['a lower folder importing a higher one', 'src-main/core/qmp/client.ts', 'src-main/core/engines/engine.ts'],
    ['folders of one rank importing each other', 'src-main/core/qmp/client.ts', 'src-main/core/home/paths.ts'],
    ['the core importing a face', 'src-main/core/service/router.ts', 'src-main/headless/server.ts'],
    ['one face importing another', 'src-main/headless/server.ts', 'src-main/shell/window.ts'],
    ['the preload importing the core', 'src-main/shell/preload.ts', 'src-main/core/kit/log.ts'],
    ['a process started outside core/process', 'src-main/core/engines/engine.ts', 'node:child_process'],
    ['the same without the prefix', 'src-main/shell/window.ts', 'child_process'],
    ['product code importing test support', 'src-main/core/qmp/client.ts', 'src-main/core/testing/fake-qemu.ts'],
    ['a folder that no rule knows', 'src-main/elsewhere/file.ts', 'src-shared/limits.ts'],
  ])('finds %s', (_what, file, target) => {
    expect(findViolations(graphOf({ [file]: [target] }))).toHaveLength(1);
  });

  test.each([
    ['src-main/main.ts', 'electron'],
    ['src-main/shell/window.ts', 'electron/main'],
    ['src-main/main.ts', 'src-main/headless/server.ts'],
    ['src-main/core/process/spawn.ts', 'node:child_process'],
    ['src-main/core/engines/qemu/plan.ts', 'src-main/core/guests/kernel/kernel.ts'],
    ['src-main/core/qmp/client.test.ts', 'src-main/core/testing/fake-qemu.ts'],
    ['src-main/command-line/serve.ts', 'src-main/headless/server.ts'],
    ['src-shared/limits.ts', 'zod'],
    ['src-shared/limits.test.ts', 'vitest'],
    ['src-renderer/main.tsx', 'src-shared/limits.ts'],
    ['src-renderer/main.tsx', 'src-renderer/styles/tokens.css'],
  ])('allows %s to import %s', (file, target) => {
    expect(findViolations(graphOf({ [file]: [target] }))).toEqual([]);
  });

  test('finds a cycle once', () => {
    const graph = graphOf({
      'src-shared/a.ts': ['src-shared/b.ts'],
      'src-shared/b.ts': ['src-shared/c.ts'],
      'src-shared/c.ts': ['src-shared/b.ts'],
    });
    expect(findCycles(graph)).toEqual([['src-shared/b.ts', 'src-shared/c.ts', 'src-shared/b.ts']]);
  });
});
