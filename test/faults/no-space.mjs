/**
 * Loaded into a server before anything else, where no file system can be mounted: as long as the file named in this
 * module's query is there, nothing can be written to a file of an upload.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const flag = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const { open, write, writev } = fs;
const uploads = new Set();

const denied = (done) => process.nextTick(done, Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write', errno: -28 }));
const full = (descriptor) => uploads.has(descriptor) && fs.existsSync(flag);

fs.open = (path, ...rest) => {
  const done = rest.pop();
  open(path, ...rest, (error, descriptor) => {
    if (error === null && String(path).endsWith('.part')) uploads.add(descriptor);
    else uploads.delete(descriptor);
    done(error, descriptor);
  });
};
fs.write = (descriptor, ...rest) => (full(descriptor) ? denied(rest.at(-1)) : write(descriptor, ...rest));
fs.writev = (descriptor, ...rest) => (full(descriptor) ? denied(rest.at(-1)) : writev(descriptor, ...rest));
syncBuiltinESMExports();
