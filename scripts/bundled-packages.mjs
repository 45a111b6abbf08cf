// Which npm packages are in what we ship, under which licences, and the notices those ask for.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from './checkout.mjs';

/** Licences that ask for no more than their notice. To ship a package under another one is a decision: add it here. */
const allowed = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Zlib',
];

/** Modules as bundlers name them → folders of the packages they are from, relative to the checkout, each once. */
export function packagesOf(modules) {
  const folders = modules.map(
    (path) => /^(?:.*?\/)??(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** Packages as `describePackage` has them; one without a licence file gets that of the same repository or author. */
export function describePackages(folders, directory = root) {
  const packages = folders.map((folder) => describePackage(folder, directory));
  const lender = ({ repository, author, licence }) =>
    packages.find((one) => one.text !== '' && one.licence === licence && one.repository === repository) ??
    packages.find((one) => one.text !== '' && one.licence === licence && author !== '' && one.author === author);
  return packages.map((one) => (one.text === '' ? { ...one, text: lender(one)?.text ?? '' } : one));
}

/** What one package says of itself. `text`: its licence and notice files, in full. */
function describePackage(folder, directory) {
  const path = join(directory, folder);
  const { name, version, license, licenses, repository, author } = readJson(join(path, 'package.json')) ?? {};
  const said = license ?? licenses;
  const expression = Array.isArray(said) ? said.map((one) => one.type ?? one).join(' OR ') : (said?.type ?? said);
  const files = readdirSync(path)
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .sort();
  const text = files.map((file) => readFileSync(join(path, file), 'utf8').trim()).join('\n\n');
  return {
    ...{ name, version, licence: expression, text },
    repository: (repository?.url ?? repository ?? name).replace(/^git\+|\.git$|\/tree\/.*$/g, ''),
    author: (author?.name ?? author ?? '').replace(/\s*[<(].*$/, ''),
  };
}

/** SPDX expressions of names, OR, AND and brackets: of alternatives one must be allowed, of all parts each. */
export function isAllowed(expression, names = allowed) {
  const words = (expression ?? '').match(/[()]|[^\s()]+/g) ?? [];
  const either = () => {
    let result = both();
    while (words[0] === 'OR') {
      words.shift();
      result = both() || result;
    }
    return result;
  };
  const both = () => {
    let result = one();
    while (words[0] === 'AND') {
      words.shift();
      result = one() && result;
    }
    return result;
  };
  const one = () => {
    const word = words.shift();
    if (word !== '(') return names.includes(word);
    const result = either();
    return words.shift() === ')' && result;
  };
  return either() && words.length === 0;
}

/** Sentences about what must not be shipped as it is; none when all is well. */
export function licenceProblems(packages) {
  if (packages.length === 0) return ['Nothing is known of what the bundles are made of: build them first.'];
  return packages.flatMap(({ name, version, licence, text }) => {
    const which = `${name} ${version}`;
    if (licence === undefined) return [`${which} does not say under which licence it is.`];
    if (!isAllowed(licence)) return [`${which} is under ${licence}, which is not on the list of what we ship.`];
    return text === '' ? [`${which} (${licence}) has no licence text to pass on.`] : [];
  });
}

/** The file that goes along with the app. */
export function writeNotices(packages) {
  const rule = '-'.repeat(78);
  return [
    'Slipway contains parts of these packages. Electron and Chromium have their notices in files of their own.\n',
    ...packages.map(({ name, version, licence, text }) => `${rule}\n${name} ${version} (${licence})\n\n${text}\n`),
  ].join('\n');
}
