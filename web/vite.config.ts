/** How the screens are built: into the server's package, as files that a Content-Security-Policy without inline scripts can serve. */
import react from "@vitejs/plugin-react";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

const server = process.env.WATCHGLASS_URL ?? "http://127.0.0.1:4318";

export default defineConfig({
  // packed once here, not by the server for each reader
  plugins: [react(), compression({ algorithms: ["gzip"], include: /\.(js|css|svg|html)$/, threshold: 1000 })],
  build: {
    outDir: "../server/src/watchglass/static",
    emptyOutDir: true,
    // a data: address would need a wider policy for fonts and styles
    assetsInlineLimit: 0,
    // the first browsers that know light-dark() themselves; its replacement for older ones does not follow the toggle
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": server } },
  test: { environment: "jsdom", setupFiles: "src/test-setup.ts", restoreMocks: true },
});
