// The two clocks of a meeting. Neither knows the page: whoever shows them asks what they say now.

// How long the view that is on the wall still stays, when views change by themselves.
export class Rotation {
  constructor() {
    Object.assign(this, { on: false, paused: false, seconds: 0, spent: 0, from: null });
  }

  // A view came up that stays so many seconds; 0: until somebody goes on.
  begin(seconds, now) {
    Object.assign(this, { seconds, spent: 0, from: now });
  }

  // Nothing is on the wall yet, or it is black: the time stands still.
  hold(now) {
    this.spent = this.passed(now);
    this.from = null;
  }

  release(now) {
    this.from ??= now;
  }

  turn(on, now) {
    Object.assign(this, { on, paused: false, spent: 0, from: this.from === null ? null : now });
  }

  pause(paused, now) {
    if (paused === this.paused) return;
    this.spent = this.passed(now);
    if (this.from !== null) this.from = now;
    this.paused = paused;
  }

  passed(now) {
    const running = this.on && !this.paused && this.from !== null;
    return this.spent + (running ? (now - this.from) / 1000 : 0);
  }

  // Seconds left; null when the view waits for a key.
  left(now) {
    return this.on && this.seconds > 0 ? Math.max(0, this.seconds - this.passed(now)) : null;
  }
}

const OLD_MS = 3_600_000; // a tab that was left open: its clock is of another meeting
const AWAY_MS = 60_000; // who comes back to a speaker within this finds the clock as if it had never stopped

// The time that a speaker has left. Views that follow each other with the same speaker are one speech.
export class Speaking {
  // `memory`: { read(), write(value) } across a reload. Times are of the day: a reload takes some, too.
  constructor(warnSeconds, memory) {
    Object.assign(this, { warnSeconds, memory, speech: null });
    const kept = memory.read();
    const isOfNow = typeof kept?.key === "string" && Date.now() - kept.from < 1000 * kept.seconds + OLD_MS;
    this.kept = isOfNow ? [{ ...kept, left: Date.now() }] : [];
  }

  // A view of that speech, which may last so many seconds, came up; null: nobody speaks.
  begin(key, seconds, now) {
    if (this.speech?.key === key) return;
    if (this.speech) this.kept = [...this.kept.filter((each) => each.key !== this.speech.key), { ...this.speech, left: now }];
    const before = this.kept.find((each) => each.key === key && now - (each.left ?? now) < AWAY_MS);
    this.speech = key === null ? null : before ? { ...before, left: undefined } : { key, seconds, from: now, stopped: null };
    this.write();
  }

  again(now) {
    if (this.speech) Object.assign(this.speech, { from: now, stopped: null });
    this.write();
  }

  toggle(now) {
    const speech = this.speech;
    if (!speech) return;
    if (speech.stopped === null) speech.stopped = now;
    else Object.assign(speech, { from: speech.from + now - speech.stopped, stopped: null });
    this.write();
  }

  write() {
    this.memory.write(this.speech);
  }

  // What the band says: state (running, warning, over), words, figures; null when nobody speaks.
  says(now) {
    if (!this.speech) return null;
    const { from, stopped, seconds } = this.speech;
    const warn = Math.min(this.warnSeconds, Math.floor(seconds / 2));
    const left = seconds - Math.floor(((stopped ?? now) - from) / 1000);
    const state = left < 0 ? "over" : left <= warn ? "warning" : "running";
    const words = stopped !== null ? "计时已停" : WORDS[state](left, warn);
    return { state, words, figures: minutes(Math.abs(left)), stopped: stopped !== null };
  }
}

const WORDS = {
  running: () => "还剩",
  // Said when it begins and for ten seconds; later the figures say more exactly how much is left.
  warning: (left, warn) => (left > warn - 10 && left > 0 ? `还剩${spell(warn)}` : left > 0 ? "请准备结束" : "时间到"),
  over: () => "超时",
};

export function minutes(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

export function spell(seconds) {
  const whole = Math.floor(seconds / 60);
  return [whole ? `${whole}分钟` : "", seconds % 60 ? `${seconds % 60}秒` : ""].join("") || "0秒";
}
