import { offsetOf, type StubName, type Stubs } from './operator-struct.ts';
import { Label } from './x64/code.ts';
import { General } from './x64/general.ts';
import { at, R } from './x64/operands.ts';

/** Operands that a kernel may have, inputs and outputs together. */
export const MOST_OPERANDS = 30;
const KEPT = [R.rbx, R.rbp, R.r12, R.r13] as const;
/** A word for what the engine returns, then the operands' addresses; with the kept registers and the return address a multiple of 16. */
const FRAME = (MOST_OPERANDS + 2) * 8 + 8;
const TABLE = 8;

/**
 * What stands between ONNX Runtime and all kernels: the functions of an OrtCustomOp, which all find what they answer
 * in the operator's own struct (a kernel is its operator). For the calls of C on Linux and macOS.
 */
export function writeBridge(): { code: Uint8Array; stubs: Stubs } {
  const code = new General();
  const stubs: Partial<Record<StubName, number>> = {};
  const stub = (name: StubName, write: () => void) => {
    stubs[name] = code.length;
    write();
    code.ret();
  };
  const returns = (name: StubName, field: 'name' | 'inputCount' | 'outputCount') => stub(name, () => code.mov(R.rax, at(R.rdi, offsetOf(field))));
  const type = () => {
    code.mov(R.rax, at(R.rdi, offsetOf('types')));
    code.mov(R.rax, { base: R.rax, index: R.rsi, scale: 8 });
  };
  stub('zero', () => code.set(R.rax, 0));
  stub('one', () => code.set(R.rax, 1));
  returns('name', 'name');
  returns('inputCount', 'inputCount');
  returns('outputCount', 'outputCount');
  stub('inputType', type);
  stub('outputType', () => {
    code.mov(R.rax, at(R.rdi, offsetOf('inputCount')));
    code.add(R.rsi, R.rax, 'register');
    type();
  });
  stub('create', () => code.mov(R.rax, R.rdi));
  stub('createTo', () => {
    code.mov(at(R.rcx), R.rdi);
    code.set(R.rax, 0);
  });
  stub('compute', () => writeCompute(code));
  return { code: code.finish(), stubs: stubs as Stubs };
}

/** Looks up where all operands lie, and has the kernel's parts computed; returns a status, which is null where all went well. */
function writeCompute(code: General): void {
  const end = new Label();
  for (const register of KEPT) code.push(register);
  code.sub(R.rsp, FRAME);
  code.mov(R.rbx, R.rdi);
  code.mov(R.r12, R.rsi);
  code.lea(R.rbp, at(R.rsp, TABLE));
  lookUp(code, 'inputCount', end, () => code.call(at(R.rbx, offsetOf('getInput'))), () => code.lea(R.rdx, at(R.rsp)));
  lookUp(code, 'outputCount', end, () => code.call(at(R.rbx, offsetOf('getOutput'))), () => {
    code.mov(R.rax, at(R.rbx, offsetOf('shapes')));
    // Two words for each output.
    code.lea(R.rcx, { base: R.r13, index: R.r13, scale: 1 });
    code.lea(R.rax, { base: R.rax, index: R.rcx, scale: 8 });
    code.mov(R.rdx, at(R.rax));
    code.mov(R.rcx, at(R.rax, 8));
    code.lea(R.r8, at(R.rsp));
  });
  callBody(code);
  code.place(end);
  code.add(R.rsp, FRAME);
  for (const register of [...KEPT].reverse()) code.pop(register);
}

/** For each input or output (r13) of the call (r12): its value, then where its data lies, into the table (rbp). */
function lookUp(code: General, count: 'inputCount' | 'outputCount', end: Label, getValue: () => void, prepare: () => void): void {
  const [again, done] = [new Label(), new Label()];
  code.set(R.r13, 0);
  code.place(again);
  code.mov(R.rax, at(R.rbx, offsetOf(count)));
  code.cmp(R.r13, R.rax, 'register');
  code.jumpIf('aboveOrEqual', done);
  code.mov(R.rdi, R.r12);
  code.mov(R.rsi, R.r13);
  prepare();
  getValue();
  code.test(R.rax);
  code.jumpIf('notEqual', end);
  code.mov(R.rdi, at(R.rsp));
  code.mov(R.rsi, R.rbp);
  code.call(at(R.rbx, offsetOf('getData')));
  code.test(R.rax);
  code.jumpIf('notEqual', end);
  code.add(R.rbp, 8);
  code.add(R.r13, 1);
  code.jump(again);
  code.place(done);
}

/** One part on this thread; several on those that the engine has. */
function callBody(code: General): void {
  const [several, end] = [new Label(), new Label()];
  code.lea(R.rbp, at(R.rsp, TABLE));
  code.mov(R.rdx, at(R.rbx, offsetOf('parts')));
  code.cmp(R.rdx, 1);
  code.jumpIf('notEqual', several);
  code.mov(R.rdi, R.rbp);
  code.set(R.rsi, 0);
  code.call(at(R.rbx, offsetOf('body')));
  code.set(R.rax, 0);
  code.jump(end);
  code.place(several);
  code.mov(R.rdi, R.r12);
  code.mov(R.rsi, at(R.rbx, offsetOf('body')));
  code.set(R.rcx, 0);
  code.mov(R.r8, R.rbp);
  code.call(at(R.rbx, offsetOf('parallelFor')));
  code.place(end);
}
