import type { Pointer } from '../runtime/direct/c-api.ts';
import { koffi as loadKoffi } from '../runtime/direct/koffi.ts';

/** Memory that can be filled once, and then only read and executed. */
export interface ExecutableMemory {
  readonly address: Pointer;
  /** Ends the filling: from here on the memory can be executed, and no longer written. */
  seal(bytes: Uint8Array): void;
  /** Gives the memory back; a second time does nothing. */
  free(): void;
}

const [READ, WRITE, EXECUTE] = [1, 2, 4];
const PRIVATE = 2;
const ANONYMOUS = { linux: 0x20, darwin: 0x1000 } as Partial<Record<NodeJS.Platform, number>>;

/** The C library's functions that give a process memory. @throws where they are not as in POSIX. */
export async function memoryFunctions(): Promise<(bytes: number) => ExecutableMemory> {
  const anonymous = ANONYMOUS[process.platform];
  if (anonymous === undefined) throw new Error(`memory for it is asked for as on Linux and macOS, and this is ${process.platform}`);
  const koffi = await loadKoffi();
  // The process itself, which koffi does not unload when the object is collected.
  const library = koffi.load(null);
  const map = library.func('intptr_t mmap(void *near, size_t bytes, int protection, int flags, int file, int64_t offset)');
  const protect = library.func('int mprotect(intptr_t address, size_t bytes, int protection)');
  const unmap = library.func('int munmap(intptr_t address, size_t bytes)');
  return (bytes) => {
    const address = BigInt(map(null, bytes, READ | WRITE, PRIVATE | anonymous, -1, 0) as number | bigint);
    if (address === -1n) throw new Error(`failed to allocate memory: ${bytes} bytes for machine code (errno ${koffi.errno()})`);
    let isMapped = true;
    return {
      address,
      seal: (content) => {
        new Uint8Array(koffi.view(address, bytes)).set(content);
        if (protect(address, bytes, READ | EXECUTE) !== 0) throw new Error(`the system does not let memory be executed that was written (errno ${koffi.errno()})`);
      },
      free: () => {
        // Its place may be somebody else's by the second time.
        if (isMapped) unmap(address, bytes);
        isMapped = false;
      },
    };
  };
}
