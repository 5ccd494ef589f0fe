"""A contact sheet of any folder of photographs at several ages, with figures under the pictures."""
