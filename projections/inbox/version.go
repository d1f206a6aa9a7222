package inbox

// Name and version of the projection. Raise Version when the tables or their meaning change.
const (
	Name    = "inbox"
	Version = 1
)

// Projection makes the inbox's rows of events.
type Projection struct{}

// Name is "inbox".
func (Projection) Name() string { return Name }

// Version is Version.
func (Projection) Version() int { return Version }
