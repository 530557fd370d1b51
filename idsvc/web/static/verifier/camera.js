// The camera: opened on request, the one that looks away from the user first, closed as soon as it is not needed.

export class Camera {
  #video;
  #stream = null;
  #turn = 0; // counts openings and closings: an answer to an earlier opening comes too late

  constructor(video) {
    this.#video = video;
  }

  get running() {
    return this.#stream !== null;
  }

  /** Open the camera; gives false when it was closed meanwhile, throws a DOMException that says why it cannot be had. */
  async open(deviceId = null) {
    this.close();
    const turn = this.#turn;
    const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, ...size }, audio: false });
    if (turn !== this.#turn) {
      stream.getTracks().forEach((track) => track.stop());
      return false;
    }
    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play();
    return turn === this.#turn;
  }

  close() {
    this.#turn++;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** List the cameras; their names are known only while one is open. */
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const current = this.#track?.getSettings().deviceId;
    return devices
      .filter((device) => device.kind === "videoinput")
      .map((device) => ({ id: device.deviceId, name: device.label, current: device.deviceId === current }));
  }

  get hasLight() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  async setLight(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }
}

/** Sort a failure to open into what the page can help with: denied, none or busy. */
export function troubleOf(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "denied";
  return error.name === "NotReadableError" || error.name === "AbortError" ? "busy" : "none";
}
