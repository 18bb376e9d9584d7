/** Watches the calls of clients, and has each of them recorded. */

import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { CallEnd, Happening, ObservedCall, Observer } from "../../mod.ts";
import { type Failure, failureOf } from "./failure.ts";
import { foundBy } from "./found.ts";
import { errorAttributes } from "./instruments.ts";
import { operationOf, queryText } from "./operation.ts";
import type { Plan } from "./options.ts";
import { Recorders } from "./recorders.ts";
import { type Target, Targets } from "./target.ts";

/** A call that has begun. */
interface Begun {
  readonly verb: string;
  readonly keys: readonly string[];
  readonly call: ObservedCall;
  readonly startedAt: number;
  readonly target: Target;
  /** That of the caller. */
  readonly context: Context;
  readonly span: Span | undefined;
}

/** One observer. It may watch any number of clients. */
export class OtelObserver implements Observer {
  /** Traces are looked at some day, and perhaps nobody records any. */
  readonly seesFailures = false;
  readonly #plan: Plan;
  readonly #recorders: Recorders;
  readonly #targets = new Targets();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#recorders = new Recorders(plan);
  }

  isIdle(): boolean {
    return this.#recorders.isIdle;
  }

  begin(verb: string, keys: readonly string[], call: ObservedCall): Begun {
    const { server } = call;
    const operation = operationOf(verb, keys.length);
    const target = this.#targets.get(operation.name, call.prefix, server);
    const active = context.active();
    const { tracer, instruments } = this.#recorders;
    if (server !== undefined) instruments?.report(server);
    const { batchSize } = operation;
    let { attributes } = target;
    if (tracer !== undefined && (batchSize !== undefined || this.#plan.showsKeys)) {
      const text = this.#plan.showsKeys ? queryText(verb, operation, keys) : undefined;
      attributes = {
        ...attributes,
        ...batchSize !== undefined && { "db.operation.batch.size": batchSize },
        ...text !== undefined && { "db.query.text": text },
      };
    }
    const span = tracer?.startSpan(target.spanName, { kind: SpanKind.CLIENT, attributes }, active);
    return { verb, keys, call, startedAt: performance.now(), target, context: active, span };
  }

  end(token: unknown, { value, error }: CallEnd): void {
    const begun = token as Begun;
    const milliseconds = performance.now() - begun.startedAt;
    const failure = error === undefined ? undefined : failureOf(error);
    const { server } = begun.call;
    const target = this.#targets.get(begun.target.operation, begun.call.prefix, server);
    const { span } = begun;
    if (span?.isRecording()) {
      if (target !== begun.target) this.#moveTo(target, span);
      if (server !== undefined) {
        const peer = target.peerAttributes(server);
        if (peer !== undefined) span.setAttributes(peer);
      }
      if (this.#plan.details) this.#tellDetails(span, begun, value, failure);
      if (failure !== undefined) this.#fail(span, failure);
    }
    span?.end();
    const { instruments } = this.#recorders;
    instruments?.ended(target, milliseconds, failure);
    if (server !== undefined) instruments?.report(server);
  }

  /** Runs what belongs to a call with its span as the parent of others. */
  within(token: unknown, run: () => void): void {
    const { context: outer, span } = token as Begun;
    context.with(span === undefined ? outer : trace.setSpan(outer, span), run);
  }

  keepContext<A, R>(run: (argument: A) => R): (argument: A) => R {
    return context.bind(context.active(), run);
  }

  happened(happening: Happening): void {
    if (this.#recorders.isIdle) return;
    this.#recorders.instruments?.happened(happening);
  }

  /** Says that another server than the one that was expected has served the call. */
  #moveTo(target: Target, span: Span): void {
    span.updateName(target.spanName);
    span.setAttributes(target.attributes);
  }

  #tellDetails(
    span: Span,
    { verb, keys }: Begun,
    value: unknown,
    failure: Failure | undefined,
  ): void {
    const found = foundBy(verb, keys, value, failure !== undefined);
    if (found !== undefined) {
      span.setAttribute("memcached.hits", found.hits);
      if (found.misses !== undefined) span.setAttribute("memcached.misses", found.misses);
    }
    if (failure?.sent !== undefined) span.setAttribute("memcached.sent", failure.sent);
  }

  #fail(span: Span, failure: Failure): void {
    span.setAttributes(errorAttributes(failure));
    const { message } = failure;
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...message !== undefined && { message },
    });
  }
}
