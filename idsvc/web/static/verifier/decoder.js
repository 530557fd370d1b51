// Find the code in a picture: pixels are drawn here and read in a worker, so the page never stalls.

import { placeOf } from "./places.js";

const WIDEST = { frame: 1280, picture: 2400 };

export class Decoder {
  #worker = null;
  #waiting = new Map();
  #count = 0;
  #canvas = document.createElement("canvas");

  /** Load the reader ahead of the first picture. */
  warm() {
    if (this.#worker) return;
    this.#worker = new Worker(placeOf("/verify/static/verifier/decode-worker.js"), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => {
      this.#waiting.get(data.count)?.(data.text);
      this.#waiting.delete(data.count);
    });
  }

  /** Read the frame that a video shows now; null when it holds no code. */
  readFrame(video) {
    return this.#read(video, video.videoWidth, video.videoHeight, WIDEST.frame, false);
  }

  /** Read a picture file; null when it holds no code, undefined when it is no picture. */
  async readFile(file) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch (failure) {
      // InvalidStateError: not a picture that this browser can open
      if (!(failure instanceof DOMException)) throw failure;
      return undefined;
    }
    const text = await this.#read(bitmap, bitmap.width, bitmap.height, WIDEST.picture, true);
    bitmap.close();
    return text;
  }

  #read(source, width, height, widest, thorough) {
    this.warm();
    const scale = Math.min(1, widest / Math.max(width, height));
    const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
    if (!across || !down) return Promise.resolve(null);
    this.#canvas.width = across;
    this.#canvas.height = down;
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, across, down);
    const { buffer } = context.getImageData(0, 0, across, down).data;
    this.#canvas.width = 0; // nothing of the picture stays in the page
    const count = ++this.#count;
    return new Promise((resolve) => {
      this.#waiting.set(count, resolve);
      this.#worker.postMessage({ count, buffer, width: across, height: down, thorough }, [buffer]);
    });
  }
}
