// How somebody types and points, as sums over all of it: nothing of a single key or place
// leaves here.

/** Rounded to tens: finer steps tell a person apart, and are not wanted. */
const tens = (value: number): number => Math.round(value / 10) * 10;

/** Above this a gap is a pause, not typing, in milliseconds. */
const PAUSE = 2000;

/** One field: how long it was in use, and the rhythm of changes in it. */
export class Typing {
  #typed = 0;
  #corrected = 0;
  #inside = 0;
  #since: number | undefined;
  #last: number | undefined;
  #gaps = 0;
  #sum = 0;
  #squares = 0;

  enter(at: number): void {
    this.#since ??= at;
    this.#last = undefined;
  }

  leave(at: number): void {
    if (this.#since !== undefined) this.#inside += at - this.#since;
    this.#since = undefined;
  }

  /** A change of a kind, such as insertText or deleteContentBackward. */
  change(kind: string, at: number): void {
    if (kind.startsWith("delete")) this.#corrected++;
    else if (kind === "insertText") this.#typed++;
    const gap = at - (this.#last ?? -Infinity);
    this.#last = at;
    if (gap > PAUSE) return;
    this.#gaps++;
    this.#sum += gap;
    this.#squares += gap * gap;
  }

  summary(at: number): Record<string, number> | undefined {
    const inside = this.#inside + (this.#since === undefined ? 0 : at - this.#since);
    if (!this.#typed && !this.#corrected && !inside) return undefined;
    const mean = this.#gaps ? this.#sum / this.#gaps : 0;
    const spread = this.#gaps ? Math.sqrt(Math.max(0, this.#squares / this.#gaps - mean * mean)) : 0;
    return { typed: this.#typed, corrected: this.#corrected, inside: tens(inside), mean: tens(mean), spread: tens(spread) };
  }
}

/** The pointer: how far and how straight it went, presses, and how much was scrolled. */
export class Pointer {
  #moves = 0;
  #presses = 0;
  #touches = 0;
  #scrolls = 0;
  #way = 0;
  #pace = 0;
  #begun: [number, number] | undefined;
  #here: [number, number] | undefined;
  #last = 0;

  move(event: Event, at: number): void {
    if (event.type === "scroll") {
      this.#scrolls++;
      return;
    }
    const { clientX, clientY, pointerType } = event as PointerEvent;
    if (event.type === "pointerdown") {
      this.#presses++;
      if (pointerType === "touch") this.#touches++;
      return;
    }
    if (this.#here) {
      const step = Math.hypot(clientX - this.#here[0], clientY - this.#here[1]);
      this.#way += step;
      this.#pace = Math.max(this.#pace, step / Math.max(1, at - this.#last));
    }
    this.#begun ??= [clientX, clientY];
    this.#here = [clientX, clientY];
    this.#last = at;
    this.#moves++;
  }

  summary(): Record<string, number> | undefined {
    if (!this.#moves && !this.#presses && !this.#scrolls) return undefined;
    const direct = this.#begun && this.#here ? Math.hypot(this.#here[0] - this.#begun[0], this.#here[1] - this.#begun[1]) : 0;
    return {
      moves: this.#moves, presses: this.#presses, touches: this.#touches, scrolls: this.#scrolls, way: tens(this.#way),
      straight: this.#way ? Math.round((direct / this.#way) * 100) / 100 : 0, pace: Math.round(this.#pace * 10) / 10,
    };
  }
}
