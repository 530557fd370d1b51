// The worker that reads codes: zxing-wasm, from our own origin only.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing/reader/index.js";

prepareZXingModule({
  overrides: { locateFile: (name) => new URL(`../vendor/zxing/reader/${name}`, import.meta.url).href },
  fireImmediately: true,
});

self.addEventListener("message", async ({ data }) => {
  const { count, buffer, width, height, thorough } = data;
  const picture = new ImageData(new Uint8ClampedArray(buffer), width, height);
  const found = await readBarcodes(picture, {
    formats: ["QRCode"],
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryInvert: thorough,
    tryDownscale: true,
  });
  self.postMessage({ count, text: found[0]?.isValid ? found[0].text : null });
});
