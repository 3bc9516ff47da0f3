const quietProgressMs = 10_000;
const barWidth = 24;

/** The last line of a terminal, redrawn in place while lines are printed above it. On anything else it shows nothing. */
export class StatusLine {
  private readonly out: NodeJS.WriteStream;
  private text = '';
  private lastProgress = -Infinity;

  constructor(out: NodeJS.WriteStream) {
    this.out = out;
  }

  /** Prints a line above. */
  print(line: string): void {
    this.clear();
    this.out.write(`${line}\n`);
    this.draw();
  }

  /** Replaces the status; an empty one removes it. */
  set(text: string): void {
    this.clear();
    this.text = text;
    this.draw();
  }

  /** A bar and what it says as the status; off a terminal a line of it, at most one in ten seconds. */
  progress(share: number, text: string): void {
    if (this.out.isTTY) return this.set(`${bar(share, barWidth)} ${text}`);
    if (performance.now() - this.lastProgress < quietProgressMs) return;
    this.lastProgress = performance.now();
    this.out.write(`  ${text}\n`);
  }

  private clear(): void {
    if (this.out.isTTY && this.text !== '') this.out.write('\r\u001b[2K');
  }

  private draw(): void {
    // A line that wraps cannot be cleared, so it is cut.
    if (this.out.isTTY && this.text !== '') this.out.write(this.text.slice(0, this.out.columns - 1));
  }
}

/** `[#####-----]` */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
}
