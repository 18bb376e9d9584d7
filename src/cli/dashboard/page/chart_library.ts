/** The chart library: a script of its own in front of this one, as npm has it. */

import type UPlot from "uplot";

declare const uPlot: typeof UPlot;

/** Makes charts. */
export const Chart: typeof UPlot = uPlot;
export type Chart = UPlot;
export type ChartOptions = UPlot.Options;
