import { useEffect, useRef } from 'react';

export const padSide = 140;

interface PadProps {
  /** Anew at each clearing. */
  readonly cleared: number;
  /** Told while and after drawing: ink from 0 to 1, `padSide` by `padSide`. */
  onInk(ink: Float32Array): void;
}

/** Where a digit is drawn, by mouse, pen or finger. */
export function Pad({ cleared, onInk }: PadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef(false);
  useEffect(() => {
    const context = canvas.current!.getContext('2d', { willReadFrequently: true })!;
    context.fillStyle = '#000';
    context.fillRect(0, 0, padSide, padSide);
  }, [cleared]);
  const at = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    return [((event.clientX - left) / width) * padSide, ((event.clientY - top) / height) * padSide] as const;
  };
  const begin = (event: React.PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = true;
    const context = canvas.current!.getContext('2d')!;
    context.strokeStyle = '#fff';
    context.lineWidth = 11;
    context.lineCap = context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(...at(event));
  };
  const move = (event: React.PointerEvent<HTMLCanvasElement>) => {
    if (!drawing.current) return;
    const context = canvas.current!.getContext('2d')!;
    context.lineTo(...at(event));
    context.stroke();
  };
  const end = () => {
    if (!drawing.current) return;
    drawing.current = false;
    const { data } = canvas.current!.getContext('2d')!.getImageData(0, 0, padSide, padSide);
    onInk(Float32Array.from({ length: padSide * padSide }, (_, pixel) => data[pixel * 4]! / 255));
  };
  return <canvas ref={canvas} className="pad" width={padSide} height={padSide} onPointerDown={begin} onPointerMove={move} onPointerUp={end} onPointerCancel={end} role="img" aria-label="Draw a digit here with mouse, pen or finger" />;
}
