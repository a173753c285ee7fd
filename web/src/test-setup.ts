/** What jsdom lacks: media queries and resize observation, both answering "nothing changes", and a size for every element. */
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
    dispatchEvent: () => false,
  }) satisfies MediaQueryList;

window.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

for (const [name, size_px] of Object.entries({ clientHeight: 600, clientWidth: 1000, offsetHeight: 600 })) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value: size_px });
}
Element.prototype.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};

afterEach(cleanup);
