/**
 * Who records spans and metrics at the moment: the providers that were given, or those that are registered globally. A
 * program may register them after its clients are made, and take them away again.
 */

import {
  createNoopMeter,
  type MeterProvider,
  metrics,
  ProxyTracerProvider,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { VERSION } from "../version.ts";
import { Instruments } from "./instruments.ts";
import type { Plan } from "./options.ts";

/** The tracer and the instruments of one observer. */
export class Recorders {
  readonly #plan: Plan;
  readonly #areGiven: boolean;
  #tracerProvider: TracerProvider | undefined;
  #tracer: Tracer | undefined;
  #meterProvider: MeterProvider | undefined;
  #instruments: Instruments | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#areGiven = plan.tracerProvider !== undefined || plan.meterProvider !== undefined;
  }

  /** True if nobody records anything. */
  get isIdle(): boolean {
    // Every call asks. To ask the API takes 50 ns, and this 8: as long as nobody has registered anything, it is not there.
    if (!this.#areGiven && !(API in globalThis)) return true;
    return this.tracer === undefined && this.instruments === undefined;
  }

  /** The tracer; `undefined` if nobody records spans. */
  get tracer(): Tracer | undefined {
    if (!this.#plan.spans) return undefined;
    const provider = this.#plan.tracerProvider ?? trace.getTracerProvider();
    const real = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
    if (real !== this.#tracerProvider) {
      this.#tracerProvider = real;
      this.#tracer = real === NO_TRACER_PROVIDER ? undefined : real.getTracer(SCOPE, VERSION);
    }
    return this.#tracer;
  }

  /** The instruments; `undefined` if nobody records metrics. */
  get instruments(): Instruments | undefined {
    if (!this.#plan.metrics) return undefined;
    const provider = this.#plan.meterProvider ?? metrics.getMeterProvider();
    if (provider !== this.#meterProvider) {
      this.#meterProvider = provider;
      const meter = provider.getMeter(SCOPE, VERSION);
      this.#instruments = meter === NO_METER
        ? undefined
        : new Instruments(provider, meter, this.#plan.boundaries);
    }
    return this.#instruments;
  }
}

/** Where every copy of the API, of any version 1, finds what was registered. */
const API = Symbol.for("opentelemetry.js.api.1");
/** What the API gives as long as nothing is registered. */
const NO_TRACER_PROVIDER = new ProxyTracerProvider().getDelegate();
const NO_METER = createNoopMeter();

/** Name of the instrumentation scope: this package. */
const SCOPE = "@libmc/libmc";
