// Keeps the end of a growing list in sight, unless a person has scrolled back.

const NEAR_END_PX = 120;

export class Follower {
  /** `jump` is the button that leads back to the end; it shows when something new stands below. */
  constructor(scroller, list, jump) {
    Object.assign(this, { scroller, jump, atEnd: true, top: 0, height: 0, room: 0 });
    scroller.addEventListener("scroll", () => this.scrolled());
    jump.addEventListener("click", () => this.toEnd("smooth"));
    // Pictures that load and boxes that grow must not push the end out of sight.
    const grown = new ResizeObserver(() => (this.atEnd ? this.toEnd() : this.measure()));
    grown.observe(list);
    grown.observe(scroller);
  }

  toEnd(behavior = "instant") {
    this.rest(true);
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
    this.measure();
  }

  /** Something new stands at the end: show it, or that it is there. */
  news() {
    if (this.atEnd) this.toEnd();
    else this.jump.hidden = false;
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const near = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // A list that shrank has cut the position back, one that grew has left its end behind: only where
    // nothing changed its size was it a person who scrolled up.
    const byPerson = scrollHeight === this.height && clientHeight === this.room && scrollTop < this.top;
    if (near) this.rest(true);
    else if (byPerson) this.rest(false);
    this.measure();
  }

  rest(atEnd) {
    this.atEnd = atEnd;
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
