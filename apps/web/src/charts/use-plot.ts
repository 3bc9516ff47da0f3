import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, type RefObject } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { drawSoon } from './draw-queue.ts';
import type { LineChartProps } from './line-chart.tsx';
import { plotOptions } from './plot-options.ts';

export type PlotProps = LineChartProps & { hover(index: number | null): void };

/** Keeps a plot in `holder`, of its width. The charts of a page are made, as they are drawn, each in a task of its own. */
export function usePlot(holder: RefObject<HTMLDivElement | null>, props: PlotProps, nothing: boolean): void {
  const scheme = useComputedColorScheme('light');
  const plot = useRef<uPlot>(null);
  const { series, x } = props;
  const shape = JSON.stringify([scheme, nothing, props.range, props.height, props.logarithmic, series.map(({ key, color, dash, band }) => [key, color, dash, band !== undefined])]);
  const data = useMemo<uPlot.AlignedData>(() => [[...x], ...series.flatMap(({ values, band }) => (band === undefined ? [[...values]] : [[...values], [...band.low], [...band.high]]))], [x, series]);
  const latest = useRef({ props, data });
  latest.current = { props, data };
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let takeBack = () => {};
    // Tells the first width too, without a layout that somebody has to wait for.
    const sized = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      // What is not in sight has none, and comes with its first.
      if (width === 0) return;
      takeBack = drawSoon(element, () => {
        if (plot.current === null) plot.current = makePlot(element, width, latest.current);
        else plot.current.setSize({ width, height: plot.current.height });
      });
    });
    sized.observe(element);
    return () => {
      sized.disconnect();
      takeBack();
      plot.current?.destroy();
      plot.current = null;
    };
    // The shape tells when another chart is needed; data alone is set below.
  }, [holder, shape]);
  useEffect(() => {
    const made = plot.current;
    return made === null ? undefined : drawSoon(made, () => plot.current === made && made.setData(data));
  }, [data]);
}

function makePlot(element: HTMLElement, width: number, { props, data }: { readonly props: PlotProps; readonly data: uPlot.AlignedData }): uPlot {
  const plot = new uPlot({ ...plotOptions(element, props), width }, data, element);
  // What is drawn can be read where it is drawn, by tools of the browser too.
  Object.assign(element, { plot });
  return plot;
}
