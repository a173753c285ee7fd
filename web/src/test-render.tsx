/** Draw a component as a page would, within the theme. */

import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import type { ReactElement, ReactNode } from "react";

export function draw(element: ReactElement) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      {children}
    </MantineProvider>
  );
  return render(element, { wrapper });
}
