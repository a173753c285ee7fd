/** Deploy markers as charts draw them: an instant and its word. */

export interface ChartMarker {
  /** RFC 3339. */
  time: string;
  label: string;
}

/** A marker's word: its title, after its service where the title does not name it. */
export function chartMarker({
  time,
  title,
  service_name,
}: Record<"time" | "title" | "service_name", string>): ChartMarker {
  const isNamed = service_name === "" || title.toLowerCase().includes(service_name.toLowerCase());
  return { time, label: isNamed ? title : `${service_name}: ${title}` };
}
