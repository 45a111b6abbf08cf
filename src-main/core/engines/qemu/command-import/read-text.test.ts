import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { importCommand } from './import-command.ts';
import { readCommandText } from './read-text.ts';

const host = { directory: '/work dir', home: '/home/ann', processors: 6, machine: 'x86_64' };
const q = 'qemu-system-x86_64';

function read(text: string, given: Record<string, string> = {}) {
  const { argv, notes, unknowns, directory } = readCommandText(text, host, given);
  return { words: argv.slice(1).map((word) => unknowns.spell(word)), notes, directory };
}
const words = (text: string, given?: Record<string, string>) => read(text, given).words;

describe('readCommandText', () => {
  it.each([
    [`A='x y'; B="$A z"\n${q} "$B" $B`, ['x y z', 'x', 'y', 'z']],
    [`${q} \${A:-1} \${A-2} \${A:+3} "\${A:=4}" $A`, ['1', '2', '4', '4']],
    [
      `F=dir/disk.img\n${q} \${F##*/} \${F%.img} \${F/disk/other} \${#F} \${F^^}`,
      ['disk.img', 'dir/disk', 'dir/other.img', '12', 'DIR/DISK.IMG'],
    ],
    [
      `A=(a "b c")\nA+=(d)\n${q} "\${A[@]}" "\${A[*]}" "\${#A[@]}" "\${A[1]}"`,
      ['a', 'b c', 'd', 'a b c d', '3', 'b c'],
    ],
    [`set -- "1 2" 3\n${q} "$@" "$#" "$1"`, ['1 2', '3', '2', '1 2']],
    [`${q} $'a\\tb\\x41' "it's" 'a'"b"c \\$x "\\$y"`, ['a\tbA', "it's", 'abc', '$x', '$y']],
    [`${q} -m $((2 * (3 + 1)))G # -s\n-kernel x`, ['-m', '8G']],
    [`N=4; ${q} -smp $((N/2)),sockets=$N`, ['-smp', '2,sockets=4']],
    [`${q} $(echo a b) "$(dirname "$0")" \`nproc\` $(basename /x/y.img .img)`, ['a', 'b', '/work dir', '6', 'y']],
    [`D="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"\n${q} "$D/k"`, ['/work dir/k']],
    [`if [ "$A" = b ]; then X=1; elif [[ -z $A ]]; then X=2; else X=3; fi\n${q} $X`, ['2']],
    [`for d in a b; do L="$L -drive $d"; done\n${q} $L`, ['-drive', 'a', '-drive', 'b']],
    [`f() { ${q} "$@" -m "$1"; }\nf 1G -s`, ['1G', '-s', '-m', '1G']],
    [`[ -z "$M" ] && M=3G\n[ -n "$Z" ] || Z=9\n${q} $M $Z`, ['3G', '9']],
    [`case x86-64 in arm*) A=1;; x86*|amd64) A=2;; esac; ${q} $A`, ['2']],
    [`sudo -E bash -c "${q} -m 2G -s"`, ['-m', '2G', '-s']],
    [`cat > run.sh <<'EOF'\n${q} -m 5G\nEOF`, ['-m', '5G']],
    [`while true; do\n  ${q} -s && break\ndone`, ['-s']],
    [`$ ${q} -m 1G`, ['-m', '1G']],
    [`["${q}", "-append", "a b", ""]`, ['-append', 'a b', '']],
    [`/usr/bin/${q}\0-append\0a  b\0-s\0`, ['-append', 'a  b', '-s']],
    [
      `ann 99 0.0 1.2 /usr/bin/${q} -m 1G -append console=ttyS0 root=/dev/vda rw -s`,
      ['-m', '1G', '-append', 'console=ttyS0', 'root=/dev/vda', 'rw', '-s'],
    ],
  ])('%s', (text, expected) => expect(words(text)).toEqual(expected));

  it('agrees with a real shell', () => {
    const script = `A=1; B='x  y'; unset C; L="-a $A $B"
p() { printf '%s\\0' "$@"; }
${q} $L "$L" "\${C:-d e}" \${C-f g} "$B"'$A' \${B%  *} "a\\"b\\\\c" $A$B "" \${C+no} a\\
b ~ ~/x`;
    const real = execFileSync('bash', ['-c', script.replace(q, 'p')], { env: { HOME: '/home/ann' }, encoding: 'utf8' });
    expect(words(script)).toEqual(real.split('\0').slice(0, -1));
  });

  it('asks for what nobody set, and takes it when it is given', () => {
    const text = `${q} -kernel $DIR/bzImage -m \${MEM} $(mktemp) "$@" $1`;
    const before = importCommand({ text, host, variables: {} });
    expect(before.unknownVariables).toEqual(['DIR', 'MEM', '$(mktemp)', '@', '1']);
    expect(before.arguments.find(({ args }) => args[0] === '-m')).toMatchObject({ fate: 'dropped' });
    const variables = { DIR: '/k', MEM: '3G', '$(mktemp)': '/tmp/x', '@': '-s', '1': '' };
    const after = importCommand({ text: text.replace(' $(mktemp)', ''), host, variables });
    expect(after.unknownVariables).toEqual([]);
    expect(after.request).toMatchObject({ guest: { kernel: '/k/bzImage' }, device: { memoryMiB: 3072 } });
    expect(after.request.runtime.debug.gdb).toEqual({ port: 1234 });
  });

  it('says what it left out', () => {
    const { notes } = read(`FOO=1 sudo -n nice ${q} -s > out.log 2>&1 &\n${q} -S`);
    expect(notes.join('\n')).toMatch(/runs QEMU 2 times.*\n.*sudo -n nice.*\n.*FOO=1.*\n.*out\.log/);
    expect(read(`${q} \\\n -s\n -m 1G`).notes.join()).toContain('does not end in a backslash');
  });

  it('follows cd', () => expect(read(`cd build && ${q} -s`).directory).toBe('/work dir/build'));

  it.each([
    ['', 'nothing to read'],
    ['hello world', 'no QEMU command'],
    ['echo qemu-system-x86_64; apt install qemu-system-x86', 'no QEMU command'],
    [`${q} -append "a\n-s`, 'double quote'],
    ['qemu-system-ppc64 -m 1G', 'no engine for ppc64'],
    ['qemu-system-riscv32 -M virt', 'no engine for riscv32'],
    ['f() { f; }; f', 'without end'],
  ])('%j fails with a sentence', (text, message) => {
    const failed = () => importCommand({ text, host, variables: {} });
    expect(failed).toThrow(SlipwayError);
    expect(failed).toThrow(message);
  });

  it('never fails without a sentence, and never hangs', () => {
    const piece = fc.constantFrom(
      ...[
        q,
        ' ',
        '\n',
        '"',
        "'",
        '\\',
        '$',
        '${A',
        '}',
        '$(',
        ')',
        '(',
        '`',
        ';',
        '&&',
        '|',
        '<<E',
        'if ',
        'then ',
        'fi',
        'for x in a b',
        'do ',
        'done',
        'case ',
        'esac',
        'in ',
        '{',
        '-m ',
        '1G',
        '-drive ',
        'file=a,if=virtio',
        '-device ',
        'e1000,netdev=n',
        '-netdev user,id=n',
        'A=',
        '((',
        '))',
        '[',
        ']',
        '#',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        try {
          importCommand({ text: pieces.join(''), host, variables: {} });
        } catch (error) {
          if (!(error instanceof SlipwayError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
