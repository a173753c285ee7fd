/** Mantine's theme: one accent, small radii, the density of a tool that is open all day. */

import { createTheme, type MantineColorsTuple } from "@mantine/core";

const glass: MantineColorsTuple = [
  "#e3f6f9",
  "#cfe9ee",
  "#a3d3dc",
  "#73bbc9",
  "#4ba7b9",
  "#319bb0",
  "#1f8fa5",
  "#0b7285",
  "#0b6678",
  "#06505f",
];

/** Mantine's greys of the dark scheme, in the tone of theme.css; their order is Mantine's: text first, ground last. */
const dark: MantineColorsTuple = [
  "#e4e8ec",
  "#c3cad2",
  "#98a4b1",
  "#7f8b98",
  "#36404a",
  "#2a323a",
  "#1f262d",
  "#171c21",
  "#12171b",
  "#0d1114",
];

export const theme = createTheme({
  primaryColor: "glass",
  // white text is readable on both
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  colors: { glass, dark },
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: "var(--wg-mono)",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
  },
});
