// The websocket to the server: opens again by itself, and ties answers to what was asked.

import { localeOf } from "./language.js";

const RETRY_FIRST_MS = 300;
const RETRY_MOST_MS = 4000;

export class Connection {
  /** `onFrame` gets every frame, `onState` gets "open" or "lost". */
  constructor(name, onFrame, onState) {
    this.name = name;
    this.onFrame = onFrame;
    this.onState = onState;
    this.pending = new Map();
    this.retryMs = RETRY_FIRST_MS;
    this.nonce = 0;
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const who = new URLSearchParams({ name: this.name, locale: localeOf(this.name) });
    this.socket = new WebSocket(`${scheme}://${location.host}/tab?${who}`);
    this.socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => this.lost());
  }

  lost() {
    // It may have arrived all the same, so nobody should be led to send it again.
    for (const handle of this.pending.values()) handle({ t: "refused", error: "The connection was lost.", lost: true });
    this.pending.clear();
    this.onState("lost");
    setTimeout(() => this.open(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MOST_MS);
  }

  receive(frame) {
    if (frame.t === "hello") {
      this.retryMs = RETRY_FIRST_MS;
      this.onState("open");
    }
    const handle = frame.nonce ? this.pending.get(frame.nonce) : null;
    if (!handle) return this.onFrame(frame);
    const unfinished = ["pending", "thinking", "updating"].includes(frame.state);
    if (!unfinished) this.pending.delete(frame.nonce);
    handle(frame);
  }

  /** Send a frame; `handle` gets every answer to it, the last one being final. False where it cannot be sent. */
  send(frame, handle = null) {
    if (this.socket.readyState !== WebSocket.OPEN) {
      handle?.({ t: "refused", error: "Not sent: the connection is down. Try again in a moment." });
      return false;
    }
    const nonce = `${Date.now()}.${++this.nonce}`;
    if (handle) this.pending.set(nonce, handle);
    this.socket.send(JSON.stringify({ ...frame, nonce }));
    return true;
  }
}
