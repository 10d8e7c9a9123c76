// Keeps the end of a growing list in sight, unless a person has scrolled back. Of an answer to oneself that is taller
// than the view it keeps the beginning in sight, as that is where one reads on.

const NEAR_END_PX = 120;
const ABOVE_PX = 8;

export class Follower {
  /** `jump` is the button that leads back to the end; it shows when something new stands below. */
  constructor(scroller, list, jump) {
    Object.assign(this, { scroller, jump, answer: null, atEnd: true, top: 0, height: 0, room: 0 });
    scroller.addEventListener("scroll", () => this.scrolled());
    jump.addEventListener("click", () => this.toEnd("smooth"));
    // Pictures that load and boxes that grow must not push the end out of sight.
    const grown = new ResizeObserver(() => (this.atEnd ? this.settle() : this.measure()));
    grown.observe(list);
    grown.observe(scroller);
  }

  toEnd(behavior = "instant") {
    this.answer = null;
    this.settle(behavior);
  }

  /** Something new stands at the end: show it, or that it is there. `answer` is what this person had asked for. */
  news(answer = null) {
    // Whoever reads a long answer is not torn away by what others say.
    if (!answer && this.answer && !this.nearEnd()) this.rest(false);
    if (!this.atEnd) {
      this.jump.hidden = false;
      return;
    }
    this.answer = answer;
    this.settle();
  }

  /** A message is drawn anew. */
  replaced(old, fresh) {
    if (this.answer === old) this.answer = fresh;
  }

  settle(behavior = "instant") {
    this.rest(true);
    this.scroller.scrollTo({ top: Math.min(this.scroller.scrollHeight, this.beginning()), behavior });
    this.measure();
  }

  /** Where the answer begins, in the scroller's measure. */
  beginning() {
    if (!this.answer?.isConnected) return Infinity;
    const offset = this.answer.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    return this.scroller.scrollTop + offset - ABOVE_PX;
  }

  nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const near = this.nearEnd();
    // A list that shrank has cut the position back, one that grew has left its end behind: only where
    // nothing changed its size was it a person who scrolled up.
    const sameSizes = scrollHeight === this.height && clientHeight === this.room;
    const moved = scrollTop - this.top;
    if (near) this.rest(true);
    else if (sameSizes && (moved < 0 || (this.answer && moved > 1))) this.rest(false);
    this.measure();
  }

  rest(atEnd) {
    this.atEnd = atEnd;
    if (!atEnd) this.answer = null;
    if (atEnd) this.jump.hidden = true;
    // What changes above must not move what a person is reading.
    this.scroller.classList.toggle("reading-back", !atEnd);
  }

  measure() {
    this.top = this.scroller.scrollTop;
    this.height = this.scroller.scrollHeight;
    this.room = this.scroller.clientHeight;
  }
}
