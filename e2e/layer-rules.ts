// The dependency direction of the whole project as data, and the check that applies it to an import graph.
// To allow one more edge, add it to a table below with its reason; nothing else has to change.

export type Import = {
  readonly specifier: string /** Path in the project, or undefined for a package. */;
  readonly file?: string;
};
/** Every source file's path (relative, with '/') and what it imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

type Layer = {
  readonly name: string;
  readonly files: RegExp;
  /** Names of the other layers it may import. Itself is always allowed. */
  readonly mayImport: readonly string[];
};

/** The core's folders from the ground up: a folder may import those in the rows before its own. */
const coreRanks: readonly (readonly string[])[] = [
  ['kit'],
  ['home', 'process', 'qmp'],
  ['network', 'consoles', 'staging', 'guests'],
  ['engines'],
  ['instances', 'diagnosis'],
  ['service'],
];

/** Folders of one rank know nothing of each other, except: */
const sameRank: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
  {
    from: 'qmp',
    to: 'process',
    reason: 'a QMP endpoint is a UNIX socket, and process/ knows how to reach one in a deep folder',
  },
  {
    from: 'home',
    to: 'process',
    reason: 'the owner lock is a UNIX socket, and process/ knows how to reach one in a deep folder',
  },
  { from: 'staging', to: 'guests', reason: 'what is staged is what a guest recipe lists' },
];

const core = (folder: string): string => `core/${folder}`;
const everyCoreFolder = coreRanks.flat().map(core);
const faces = ['shell', 'headless', 'command-line'];

// The first row that matches a file is its layer.
const layers: readonly Layer[] = [
  { name: 'shared', files: /^src-shared\//, mayImport: [] },
  ...coreRanks.flatMap((folders, rank) =>
    folders.map((folder) => ({
      name: core(folder),
      files: new RegExp(`^src-main/core/${folder}/`),
      mayImport: [
        'shared',
        ...coreRanks.slice(0, rank).flat().map(core),
        ...sameRank.filter(({ from }) => from === folder).map(({ to }) => core(to)),
      ],
    })),
  ),
  { name: 'core/testing', files: /^src-main\/core\/testing\//, mayImport: ['shared', ...everyCoreFolder] },
  { name: 'core', files: /^src-main\/core\//, mayImport: ['shared', ...everyCoreFolder] },
  // One CommonJS file without Node: it can hold nothing of the core.
  { name: 'preload', files: /^src-main\/shell\/(preload|page-address)\.ts$/, mayImport: ['shared'] },
  // The window is a client of a HomeService like every other face, and shows the same page under the same policy.
  {
    name: 'shell',
    files: /^src-main\/shell\//,
    mayImport: ['shared', 'preload', 'core', 'headless', ...everyCoreFolder],
  },
  { name: 'headless', files: /^src-main\/headless\//, mayImport: ['shared', 'core', ...everyCoreFolder] },
  // The command line is a client of the headless socket, and `serve` starts the web server.
  {
    name: 'command-line',
    files: /^src-main\/command-line\//,
    mayImport: ['shared', 'core', 'headless', ...everyCoreFolder],
  },
  { name: 'entry', files: /^src-main\/[^/]+\.ts$/, mayImport: ['shared', 'core', ...everyCoreFolder, ...faces] },
  { name: 'renderer', files: /^src-renderer\//, mayImport: ['shared'] },
];

type PackageRule = {
  readonly what: string;
  readonly packages: RegExp;
  readonly onlyIn: RegExp;
  readonly testsToo?: boolean;
};

/** Packages and Node modules that only some places may import. Tests are free unless `testsToo`. */
const packageRules: readonly PackageRule[] = [
  { what: 'electron', packages: /^electron(\/|$)/, onlyIn: /^src-main\/(shell\/|main\.ts$)/, testsToo: true },
  // One place starts processes: one place to get detaching, environment and arguments right.
  {
    what: 'child processes',
    packages: /^(node:)?child_process$/,
    onlyIn: /^src-main\/core\/(process|([a-z-]+\/)?testing)\//,
  },
  { what: "Node's modules", packages: /^node:/, onlyIn: /^src-main\// },
  // A leaf that every other layer bundles: each dependency here is everybody's.
  { what: 'any package but zod', packages: /^(?!zod(\/|$)|node:)/, onlyIn: /^(?!src-shared\/)/ },
];

/** A test, or a part of the tests of its folder. */
const isTest = (file: string): boolean => /\.test\.tsx?$|\/testing\//.test(file);

function layerOf(file: string): Layer | undefined {
  return layers.find(({ files }) => files.test(file));
}

function edgeViolation(file: string, to: string): string | undefined {
  const from = layerOf(file);
  const target = layerOf(to);
  if (from === undefined) return `${file} belongs to no layer: add its folder to e2e/layer-rules.ts`;
  // Assets, styles and the like have no layer.
  if (target === undefined || target.name === from.name || from.mayImport.includes(target.name)) return undefined;
  if (isTest(file) && target.name === 'core/testing' && file.startsWith('src-main/')) return undefined;
  return `${file} imports ${to}: ${from.name} may not depend on ${target.name}`;
}

function packageViolations(file: string, specifier: string): string[] {
  return packageRules
    .filter(
      ({ packages, onlyIn, testsToo }) => packages.test(specifier) && !onlyIn.test(file) && (testsToo || !isTest(file)),
    )
    .map(({ what }) => `${file} imports ${specifier}: ${what} may not be imported here`);
}

/** Each cycle once, as the files along it. */
export function findCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const { file: next } of graph.get(file) ?? []) if (next !== undefined && graph.has(next)) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

export function findViolations(graph: ImportGraph): string[] {
  const violations = [...graph].flatMap(([file, imports]) =>
    imports.flatMap(({ specifier, file: to }) =>
      to === undefined
        ? packageViolations(file, specifier)
        : [edgeViolation(file, to)].filter((text) => text !== undefined),
    ),
  );
  return [...violations, ...findCycles(graph).map((cycle) => `import cycle: ${cycle.join(' → ')}`)];
}
