import { defineConfig } from "vite";

// Django serves the result: django_vite reads assets/dist/.vite/manifest.json, and assets/dist is a folder of static files.
// Addresses inside the result are relative, so the prefix is Django's business alone.
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "assets/dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    chunkSizeWarningLimit: 800,
    rolldownOptions: { input: "assets/main.ts" },
  },
});
