/**
 * One Zstandard frame as a stream, by the official decoder (libzstd as WebAssembly, from `zstddec`). Memory: the frame's
 * window, which libzstd limits to 128 MiB, and some 400 KiB.
 *
 * The package's own streaming call is not used: on a damaged stream it loops for ever, and one left half way keeps its
 * memory until the program ends. So the module is taken from it and every stream gets an instance of its own, which is
 * collected with everything in it.
 */
import { ZSTDDecoder } from 'zstddec/stream';
import { PayloadDamage } from '../damage.ts';

export const zstdMagic = 0xfd2fb528;

/** The part of the standard's JavaScript API that is used; Node's types do not have it. */
declare const WebAssembly: {
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** zstd.h; pointers and sizes are 32-bit numbers. */
interface Libzstd {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  ZSTD_createDCtx(): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

const outputBytes = 128 * 1024;
const inputBytes = 128 * 1024;
/** zstd_errors.h: a result above this is the negative of one of the codes below. */
const lastResult = 2 ** 32 - 120;
const errorNames: ReadonlyMap<number, string> = new Map([
  [10, 'it is not a zstd frame'],
  [14, 'the frame uses a feature that the decoder does not know'],
  [16, 'the frame needs a window of more than 128 MiB'],
  [20, 'the compressed data are damaged'],
  [22, 'the checksum of the frame is wrong'],
  [32, 'the frame needs a dictionary'],
  [64, 'there is not enough memory for the window of the frame'],
]);

/** Each chunk is valid only until the next is asked for. @throws PayloadDamage */
export async function* decodeZstdFrame(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = new ZstdStream(await loadLibzstd());
  for await (const chunk of input) {
    for (let at = 0; at < chunk.length; at += inputBytes) yield* stream.push(chunk.subarray(at, at + inputBytes));
  }
  stream.finish();
}

class ZstdStream {
  readonly #zstd: Libzstd;
  readonly #context: number;
  /** Two structs of zstd.h, ZSTD_inBuffer and ZSTD_outBuffer: address, size and position, 4 bytes each. */
  readonly #inputStruct: number;
  readonly #outputStruct: number;
  readonly #input: number;
  readonly #output: number;
  #isComplete = false;

  constructor(zstd: Libzstd) {
    this.#zstd = zstd;
    this.#context = zstd.ZSTD_createDCtx();
    this.#inputStruct = zstd.malloc(12);
    this.#outputStruct = zstd.malloc(12);
    this.#input = zstd.malloc(inputBytes);
    this.#output = zstd.malloc(outputBytes);
  }

  /** At most `inputBytes` of the frame in, what they unfold to out. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    new Uint8Array(this.#zstd.memory.buffer, this.#input, inputBytes).set(bytes);
    let taken = 0;
    let written = 0;
    // A full output buffer may mean that there is more to come from input that was taken already.
    while (taken < bytes.length || written === outputBytes) {
      if (this.#isComplete && taken < bytes.length) {
        throw new PayloadDamage(null, 'bytes follow the end of the zstd frame');
      }
      if (this.#isComplete) return;
      this.#describe(this.#inputStruct, this.#input, bytes.length, taken);
      this.#describe(this.#outputStruct, this.#output, outputBytes, 0);
      const result = this.#zstd.ZSTD_decompressStream(this.#context, this.#outputStruct, this.#inputStruct) >>> 0;
      if (result > lastResult) throw zstdDamage(2 ** 32 - result);
      taken = this.#positionIn(this.#inputStruct);
      written = this.#positionIn(this.#outputStruct);
      this.#isComplete = result === 0;
      // Looked at anew each time: the memory moves when it grows.
      if (written > 0) yield new Uint8Array(this.#zstd.memory.buffer, this.#output, written);
    }
  }

  finish(): void {
    if (!this.#isComplete) throw new PayloadDamage(null, 'the zstd frame ends too early');
  }

  #describe(struct: number, address: number, size: number, position: number): void {
    new Uint32Array(this.#zstd.memory.buffer, struct, 3).set([address, size, position]);
  }

  #positionIn(struct: number): number {
    return new Uint32Array(this.#zstd.memory.buffer, struct, 3)[2] ?? 0;
  }
}

function zstdDamage(code: number): PayloadDamage {
  return new PayloadDamage(null, errorNames.get(code) ?? `the zstd decoder gave up with error ${code}`);
}

let compiled: Promise<object> | undefined;

async function loadLibzstd(): Promise<Libzstd> {
  compiled ??= compileLibzstd();
  const instance = new WebAssembly.Instance(await compiled, { env: { emscripten_notify_memory_growth: () => {} } });
  if (!isLibzstd(instance.exports)) throw new Error('zstddec: its module does not export what it did');
  return instance.exports;
}

async function compileLibzstd(): Promise<object> {
  let source: unknown;
  // What `WebAssembly.instantiate` gave the package: a module and an instance of it.
  class ModuleSource extends ZSTDDecoder {
    override _init(result: unknown): void {
      source = result;
    }
  }
  await new ModuleSource().init();
  if (typeof source === 'object' && source !== null && 'module' in source && typeof source.module === 'object') {
    if (source.module !== null) return source.module;
  }
  throw new Error('zstddec: it does not hand over its module as it did');
}

function isLibzstd(exports: object): exports is Libzstd {
  const isFunction = (name: string): boolean => typeof Reflect.get(exports, name) === 'function';
  return 'memory' in exports && ['malloc', 'ZSTD_createDCtx', 'ZSTD_decompressStream'].every(isFunction);
}
