/** A length of time, typed as rules write it: 90s, 5m, 1h30m. */

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { readLength, writeLength } from "../../lib/alerts/lengths";

interface LengthInputProps {
  label: string;
  description?: string;
  seconds: number;
  onChange: (seconds: number) => void;
}

export function LengthInput({ label, description, seconds, onChange }: LengthInputProps) {
  const [text, setText] = useState(writeLength(seconds));
  const read = readLength(text);
  return (
    <TextInput
      size="xs"
      label={label}
      description={description}
      inputWrapperOrder={["label", "input", "description", "error"]}
      value={text}
      error={read === null ? "Such as 90s, 5m or 1h30m" : undefined}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        const length = readLength(typed);
        if (length !== null) onChange(length);
      }}
    />
  );
}
