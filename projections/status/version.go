package status

// Name and version of the projection. Raise Version when the tables or their meaning change.
const (
	Name    = "status"
	Version = 1
)

// Projection makes the rows of events.
type Projection struct{}

// Name is "status".
func (Projection) Name() string { return Name }

// Version is Version.
func (Projection) Version() int { return Version }
