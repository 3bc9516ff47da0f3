import { useEffect, useRef } from 'react';

export interface PixelsProps {
  /** Height, width, channels, values from 0 to 1. */
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** Empty: the image says nothing that the text beside it does not. */
  readonly label: string;
  /** Side on the page, in CSS pixels. */
  readonly side?: number;
  /** Values are differences, from -1 to 1: nothing is gray, less is blue, more is orange. */
  readonly signed?: boolean;
}

/** An image, pixel by pixel. */
export function Pixels({ values, shape, label, side = 84, signed = false }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height = 1, width = 1, channels = 1] = shape;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      const of = (channel: number) => values[pixel * channels + Math.min(channel, channels - 1)]!;
      image.data.set(signed ? signedColor((of(0) + of(1) + of(2)) / 3) : [of(0) * 255, of(1) * 255, of(2) * 255, 255], pixel * 4);
    }
    context.putImageData(image, 0, 0);
  }, [values, width, height, channels, signed]);
  const meaning = label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return <canvas ref={canvas} width={width} height={height} {...meaning} style={{ width: side, height: (side * height) / width, imageRendering: 'pixelated', borderRadius: 3, background: '#808080', display: 'block' }} />;
}

function signedColor(value: number): [number, number, number, number] {
  const size = Math.min(1, Math.abs(value));
  const end = value > 0 ? [240, 150, 30] : [40, 120, 220];
  return [...end.map((channel) => Math.round(245 + (channel - 245) * size)), 255] as [number, number, number, number];
}
