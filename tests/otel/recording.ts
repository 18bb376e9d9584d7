/** A tracer and a meter that keep what they are told, on the API alone, and a context manager: on any runtime. */

import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type BatchObservableCallback,
  type Context,
  context,
  type ContextManager,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  type MetricOptions,
  type Observable,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

/** A span, and what became of it. */
export class RecordedSpan {
  readonly kind: SpanKind | undefined;
  /** Those that it was made with. */
  readonly created: Attributes;
  readonly attributes: Attributes;
  readonly parent: SpanContext | undefined;
  readonly #context: SpanContext;
  readonly #isRecording: boolean;
  name: string;
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  /** How often it was ended. */
  ends = 0;

  constructor(
    name: string,
    { kind, attributes = {} }: SpanOptions,
    parent: SpanContext | undefined,
    isRecording: boolean,
  ) {
    this.name = name;
    this.kind = kind;
    this.created = { ...attributes };
    this.attributes = { ...attributes };
    this.parent = parent;
    this.#isRecording = isRecording;
    this.#context = {
      traceId: parent?.traceId ?? hex(16),
      spanId: hex(8),
      traceFlags: isRecording ? TraceFlags.SAMPLED : TraceFlags.NONE,
    };
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(name: string, value: unknown): this {
    if (!this.#isRecording) throw new Error("It does not record");
    Object.assign(this.attributes, { [name]: value });
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (!this.#isRecording) throw new Error("It does not record");
    Object.assign(this.attributes, attributes);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.status = status;
    return this;
  }

  updateName(name: string): this {
    this.name = name;
    return this;
  }

  end(): void {
    this.ends++;
  }

  isRecording(): boolean {
    return this.#isRecording;
  }

  readonly addEvent = () => this;
  readonly addLink = () => this;
  readonly addLinks = () => this;
  recordException(): void {}
}

/** One measurement, or one point of an observable. */
export interface Point {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes;
}

/** Keeps spans and measurements. */
export class Recording {
  /** In the order in which they began. */
  readonly spans: RecordedSpan[] = [];
  readonly points: Point[] = [];
  readonly instruments = new Map<string, MetricOptions | undefined>();
  /** The instrumentation scopes that asked for a tracer or a meter. */
  readonly scopes: string[] = [];
  isSampling = true;
  readonly #callbacks: BatchObservableCallback[] = [];
  readonly #names = new Map<unknown, string>();

  readonly tracerProvider: TracerProvider = {
    getTracer: (name, version) => {
      this.scopes.push(`${name} ${version}`);
      return this.#tracer;
    },
  };

  readonly #tracer = {
    startSpan: (name: string, options: SpanOptions = {}, at: Context = context.active()): Span => {
      const parent = trace.getSpanContext(at);
      const span = new RecordedSpan(name, options, parent, this.isSampling);
      this.spans.push(span);
      return span;
    },
  } as Tracer;

  readonly meterProvider: MeterProvider = {
    getMeter: (name, version) => {
      this.scopes.push(`${name} ${version}`);
      return this.#meter();
    },
  };

  /** Reads the observables, and gives the points of one instrument. */
  pointsOf(name: string): Point[] {
    for (const callback of this.#callbacks) {
      void callback({
        observe: (observable: Observable, value: number, attributes: Attributes = {}) => {
          this.points.push({ name: this.#names.get(observable) ?? "", value, attributes });
        },
      });
    }
    const found = this.points.filter((point) => point.name === name);
    this.points.length = 0;
    return found;
  }

  #meter(): Meter {
    const sync = (name: string, options?: MetricOptions) => {
      this.instruments.set(name, options);
      const note = (value: number, attributes: Attributes = {}) =>
        this.points.push({ name, value, attributes: { ...attributes } });
      return { record: note, add: note };
    };
    const observable = (name: string, options?: MetricOptions) => {
      this.instruments.set(name, options);
      const instrument = { addCallback() {}, removeCallback() {} };
      this.#names.set(instrument, name);
      return instrument;
    };
    return Object.assign(Object.create(createNoopMeter()), {
      createHistogram: sync,
      createCounter: sync,
      createUpDownCounter: sync,
      createObservableCounter: observable,
      createObservableUpDownCounter: observable,
      addBatchObservableCallback: (callback: BatchObservableCallback) =>
        this.#callbacks.push(callback),
    }) as Meter;
  }
}

/** Registers a context manager for a test. */
export class Contexts implements Disposable {
  constructor() {
    context.setGlobalContextManager(new StorageContextManager());
  }

  [Symbol.dispose](): void {
    context.disable();
  }
}

class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    run: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => run.call(self as ThisParameterType<F>, ...args));
  }

  bind<T>(active: Context, target: T): T {
    const run = target as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => this.#storage.run(active, () => run(...args))) as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

function hex(bytes: number): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(bytes)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}
